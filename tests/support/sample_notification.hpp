// SPDX-License-Identifier: Apache-2.0
// A Notification as the core makes it of a security group that was opened: for tests of channels
// and delivery.
#pragma once
#include "tocsin/notification.hpp"

namespace tocsin::test {

inline NotifiedEvent sample_event() {
  NotifiedEvent e;
  e.evidence.time = instant_from_ms(1'773'488'455'000);
  e.evidence.source = "/var/log/cloudtrail/a.json.gz";
  e.evidence.position = 3;
  e.evidence.message = R"({"eventName":"AuthorizeSecurityGroupIngress"})";
  e.facts = {"IAM user alice (111122223333)",
             "ec2 AuthorizeSecurityGroupIngress",
             "2026-03-14T12:40:55+01:00",
             "198.51.100.7, eu-west-1",
             {"sg-0a1b2c3d", "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0a1b2c3d"}};
  return e;
}

inline Notification sample_notification() {
  Notification n;
  n.message_id = "6f9619ff-8b86-5011-b42d-00cf4fc964ff";
  n.topic = "security";
  n.topic_arn = "arn:aws:sns:us-east-1:000000000000:security";
  n.alarm_arn = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:sg-open";
  n.dedup_key = "sg-open{\"account\":\"111122223333\"}";
  n.subject = "ALARM: \"sg-open\" in US East (N. Virginia)";
  n.summary = "alice opened sg-0a1b2c3d to the world";
  n.description = "Security group changes";
  n.severity = Severity::high;
  n.condition = "count >= 1 within 5m";
  n.value_text = "2";
  n.runbook = "https://wiki.example.com/sg-open";
  n.tags = {{"cis", "4.10"}};
  n.log_group = "cloudtrail";
  n.rule_location = "rules.d/sg.yaml:14";
  n.time_zone = "Europe/Paris";
  n.when = "2026-03-14T12:41:02+01:00";
  n.identity = {"000000000000", "us-east-1", "prod"};
  n.transition.id = "transition-1";
  n.transition.sequence = 7;
  n.transition.alarm = "sg-open";
  n.transition.key = {{"account", "111122223333"}};
  n.transition.from = AlarmState::ok;
  n.transition.to = AlarmState::alarm;
  n.transition.at = n.transition.decided_at = instant_from_ms(1'773'488'462'123);
  n.transition.reason = "Threshold Crossed: 1 datapoint [2.0] was >= the threshold (1.0).";
  n.transition.value = 2.0;
  n.transition.events_total = 2;
  n.events = {sample_event()};
  n.cloudwatch_message =
      R"j({"AlarmName":"sg-open","NewStateValue":"ALARM","NewStateReason":"Threshold Crossed: 1 datapoint [2.0] was >= the threshold (1.0).","OKActions":[],"AlarmActions":["arn:aws:sns:us-east-1:000000000000:security"],"InsufficientDataActions":[],"Trigger":{"MetricName":"sg-open","Namespace":"Tocsin","Statistic":"SUM","Unit":null,"Dimensions":[{"value":"1111","name":"account"}],"Period":300,"Threshold":1.0,"TreatMissingData":"notBreaching"},"x-source":{"events":[{"who":"IAM user alice (111122223333)","what":"ec2 AuthorizeSecurityGroupIngress","when":"2026-03-14T12:40:55+01:00","where":"198.51.100.7, eu-west-1","resources":["sg-0a1b2c3d"]}],"eventsTotal":2,"ruleId":"sg-open","runbook":"https://wiki.example.com/sg-open"}})j";
  return n;
}

}  // namespace tocsin::test
