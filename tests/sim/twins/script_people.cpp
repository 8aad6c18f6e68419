// SPDX-License-Identifier: Apache-2.0
// What people do in a script: mute windows, silences, acknowledgements, states set by hand.
#include <variant>

#include "rules/mute/mute_schedule.hpp"
#include "sim/twins/script.hpp"

namespace tocsin::sim {

void Script::make_attention(Alarm& a) {
  if (random_.chance(0.3)) a.repeat = random_.pick<Duration>({minutes{1}, minutes{7}, hours{1}});
  if (random_.chance(0.3)) a.ok_after = random_.pick<Duration>({seconds{30}, minutes{5}});
  if (random_.chance(0.3)) a.escalate = {{minutes{2}, "dev"}, {minutes{9}, "boss"}};
  a.flapping = random_.pick<Flapping>({Flapping::mark, Flapping::notice, Flapping::off});
  a.actions_enabled = random_.chance(0.9);
  a.shadow = random_.chance(0.05);
  if (random_.chance(0.3)) a.tags = {{"team", random_.pick<std::string>({"red", "blue"})}};
}

void Script::make_window() {
  MuteWindow w;
  w.name = "window-" + std::to_string(draft_.mute_windows.size());
  w.expression = random_.pick<std::string>(
      {"cron(* * * * *)", "cron(0,20,40 * * * *)", "cron(30 2 * * *)", "cron(0 0-12 * * MON-FRI)"});
  w.schedule = std::get<MuteSchedule>(parse_schedule(w.expression));
  w.duration = random_.pick<Duration>({minutes{1}, minutes{7}, hours{3}});
  w.time_zone = random_.pick<std::string>({"UTC", "Europe/Paris"});
  if (random_.chance(0.5)) w.targets.alarms = {random_.pick<std::string>({"alarm-1", "alarm-*"})};
  if (random_.chance(0.3)) w.targets.tags = {{"team", "red"}};
  if (random_.chance(0.2)) w.expire = now_ + random_.range(Duration{0}, hours{5});
  draft_.mute_windows.push_back(w);
}

// A request that fails fails for every twin.
void Script::operate() {
  Operation o;
  o.kind = Operation::Kind::operate;
  o.now = now_;
  o.request.who = random_.pick<std::string>({"ann", "bob"});
  const std::string alarm = random_.pick(draft_.alarms).name;
  const std::optional<Instant> until =
      random_.chance(0.5) ? std::optional(now_ + random_.range(seconds{1}, hours{1}))
                          : std::nullopt;
  switch (random_.range(0, 5)) {
    case 0:
      o.request.what = SetAlarmState{{alarm},
                                     random_.pick<AlarmState>({AlarmState::ok, AlarmState::alarm,
                                                               AlarmState::insufficient_data}),
                                     "by hand",
                                     {}};
      break;
    case 1:
      o.request.what = Acknowledge{{alarm}, until, "seen"};
      break;
    case 2:
      o.request.what = TakeBackAcknowledgement{{alarm}};
      break;
    case 3:
      o.request.what = SwitchActions{{alarm}, random_.chance(0.5)};
      break;
    case 4: {
      Silence silence;
      silence.targets.alarms = {random_.pick<std::string>({alarm, "*"})};
      silence.from = now_ + random_.pick<Duration>({Duration{0}, minutes{5}});
      silence.until = silence.from + random_.range(seconds{1}, hours{2});
      silence.reason = "work";
      o.request.what = AddSilence{silence};
      break;
    }
    case 5:
      o.request.what = EndSilence{""};  // the oldest that stands
      break;
  }
  operations_.push_back(std::move(o));
}

}  // namespace tocsin::sim
