// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literals/log_sample.hpp"

#include <algorithm>
#include <utility>

#include "rules/pattern/regex_literals.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kSample =
    R"({"eventVersion":"1.09","userIdentity":{"type":"AssumedRole","principalId":"AROAQ5DXKEP4)"
    R"(WNTRZH6JB:web-2","arn":"arn:aws:sts::111122223333:assumed-role/web-server/i-0d45c7a9e1b3)"
    R"(f2860","accountId":"111122223333","accessKeyId":"ASIAQ5DXKEP47UYMVL3F","sessionContext":{)"
    R"("sessionIssuer":{"type":"Role","principalId":"AROAQ5DXKEP4WNTRZH6JB","arn":"arn:aws:iam::)"
    R"(111122223333:role/web-server","accountId":"111122223333","userName":"web-server"},"webIdF)"
    R"(ederationData":{},"attributes":{"creationDate":"2025-03-14T09:26:53Z","mfaAuthenticated":")"
    R"(false"}}},"eventTime":"2025-03-14T15:09:26Z","eventSource":"ec2.amazonaws.com","eventName)"
    R"(":"DescribeInstances","awsRegion":"eu-central-1","sourceIPAddress":"198.51.100.73","userA)"
    R"(gent":"aws-sdk-go-v2/1.27.0 os/linux lang/go#1.22.1 md/GOOS#linux md/GOARCH#amd64 api/ec2)"
    R"(#1.156.0","requestParameters":{"instancesSet":{"items":[{"instanceId":"i-0d45c7a9e1b3f286)"
    R"(0"}]},"filterSet":{"items":[{"name":"tag:Name","valueSet":{"items":[{"value":"web"}]}}]},)"
    R"("maxResults":100},"responseElements":null,"requestID":"6f1c2b8e-95d4-4a07-b3e1-0c7d58a94f)"
    R"(12","eventID":"b07a4e63-2f9d-4c18-8d5b-71e3a60c9f84","readOnly":true,"eventType":"AwsApiC)"
    R"(all","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Managemen)"
    R"(t","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientPro)"
    R"(videdHostHeader":"ec2.eu-central-1.amazonaws.com"}})"
    "\n"
    R"({"eventVersion":"1.09","userIdentity":{"type":"IAMUser","principalId":"AIDAR8TKMVC2QLZWJ5)"
    R"(YHN","arn":"arn:aws:iam::444455556666:user/maria","accountId":"444455556666","accessKeyId")"
    R"(:"AKIAR8TKMVC2H4NXE9WP","userName":"maria"},"eventTime":"2025-03-14T15:09:27Z","eventSour)"
    R"(ce":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","sourceIPAddress":")"
    R"(203.0.113.58","userAgent":"[Boto3/1.34.51 md/Botocore#1.34.51 ua/2.0 os/macos#23.3.0 lang)"
    R"(/python#3.12.2 cfg/retry-mode#standard]","errorCode":"NoSuchKey","errorMessage":"The spec)"
    R"(ified key does not exist.","requestParameters":{"bucketName":"reports-444455556666","key":)"
    R"("daily/2025/03/14/part-00042.gz","Host":"reports-444455556666.s3.us-east-1.amazonaws.com"})"
    R"(,"responseElements":null,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":")"
    R"(TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","bytesT)"
    R"(ransferredOut":278},"requestID":"T4K8ZQ2M7VXC1B9N","eventID":"9e52d7c1-4b86-4f3a-a0d8-36c)"
    R"(b17f5e290","readOnly":true,"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::rep)"
    R"(orts-444455556666/daily/2025/03/14/part-00042.gz"},{"accountId":"444455556666","type":"AWS)"
    R"(::S3::Bucket","ARN":"arn:aws:s3:::reports-444455556666"}],"eventType":"AwsApiCall","manag)"
    R"(ementEvent":false,"recipientAccountId":"444455556666","eventCategory":"Data"})"
    "\n"
    R"(Mar 14 15:09:26 web-2 sshd[20817]: Failed password for invalid user admin from 192.0.2.15)"
    R"( port 50122 ssh2)"
    "\n"
    R"(203.0.113.9 - - [14/Mar/2025:15:09:26 +0000] "GET /shop/item/3141?page=2 HTTP/1.1" 200 51)"
    R"(20 "https://www.example.com/" "Mozilla/5.0 (X11; Linux x86_64; rv:123.0) Firefox/123.0")"
    "\n"
    R"(2025-03-14T15:09:26.535Z INFO  [main] com.example.orders.Service - request finished in 27)"
    R"( ms, status=200 user=8427)"
    "\n";
static_assert(kSample.size() <= LogSample::kBytesMax);

// What a sample of a few lines does not show: every byte is to be expected now and then.
constexpr double kUnseen = 0.0005;

constexpr std::size_t kBeginningBytes = 8;

// Up to eight bytes, the first one highest.
std::uint64_t beginning(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * (kBeginningBytes - 1 - i));
  return word;
}

// `count` is below 64.
std::uint64_t low_bits(std::size_t count) { return (std::uint64_t{1} << count) - 1; }

}  // namespace

const LogSample& LogSample::get() {
  static const LogSample sample;
  return sample;
}

LogSample::LogSample() {
  for (std::size_t at = 0; at < kSample.size(); ++at) {
    const std::size_t byte_class = class_of(static_cast<unsigned char>(kSample[at]));
    for (std::size_t place = 0; place < kWindowBytes && place <= at; ++place)
      where_[place][byte_class][(at - place) / 64] |= std::uint64_t{1} << ((at - place) % 64);
    ++frequency_[byte_class];
    beginnings_.emplace_back(beginning(kSample.substr(at, kBeginningBytes)), at);
  }
  for (double& frequency : frequency_)
    frequency = kUnseen + frequency / static_cast<double>(kSample.size());
  std::sort(beginnings_.begin(), beginnings_.end());
}

std::size_t LogSample::count(std::string_view bytes) const {
  const std::string_view begin = bytes.substr(0, kBeginningBytes);
  const std::uint64_t lowest = beginning(begin);
  const std::size_t others = 8 * (kBeginningBytes - begin.size());
  const std::uint64_t highest = lowest | (bytes.empty() ? ~std::uint64_t{0} : low_bits(others));
  const auto from = std::lower_bound(beginnings_.begin(), beginnings_.end(), lowest,
                                     [](const auto& a, std::uint64_t b) { return a.first < b; });
  const auto to = std::upper_bound(from, beginnings_.end(), highest,
                                   [](std::uint64_t a, const auto& b) { return a < b.first; });
  if (bytes.size() <= kBeginningBytes) return static_cast<std::size_t>(to - from);
  return static_cast<std::size_t>(std::count_if(
      from, to, [&](const auto& at) { return kSample.substr(at.second).starts_with(bytes); }));
}

std::optional<std::vector<std::string>> rare_literals(std::string_view regex) {
  auto texts = regex_literals(regex);
  if (!texts) return std::nullopt;
  // A short one is rare in a sample, but not in logs.
  constexpr std::size_t kGoodBytes = 4;
  const auto cost = [](const std::string& text) {
    return std::pair(text.size() < kGoodBytes, LogSample::get().count(text));
  };
  std::vector<std::string> literals;
  for (std::vector<std::string>& side : *texts)  // of equals the first, which is the longest
    literals.push_back(std::move(*std::min_element(
        side.begin(), side.end(),
        [&](const std::string& a, const std::string& b) { return cost(a) < cost(b); })));
  return literals;
}

}  // namespace tocsin
