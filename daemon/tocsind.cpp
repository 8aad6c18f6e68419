// SPDX-License-Identifier: Apache-2.0
#include "daemon/tocsind.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>

#include "daemon/chain_trouble.hpp"
#include "daemon/cli/command.hpp"
#include "daemon/cli/options.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/config/environment.hpp"
#include "daemon/http/api_server.hpp"
#include "daemon/https_service.hpp"
#include "daemon/kept_configuration.hpp"
#include "daemon/log.hpp"
#include "daemon/main_loop.hpp"
#include "daemon/service.hpp"
#include "daemon/service_api.hpp"
#include "daemon/service_notify.hpp"
#include "daemon/system_clock.hpp"
#include "daemon/telemetry.hpp"

namespace tocsin {
namespace {

constexpr Duration kObserveEvery = seconds{1};
constexpr Duration kBeatEvery = seconds{5};
constexpr Duration kCertificatesEvery = hours{1};
constexpr Duration kExpiryEvery = minutes{1};

// Proof of life: a probe that has travelled core -> store -> delivery, while every input shows life
// too. Only that feeds the service manager's watchdog and keeps /healthz green.
class Watchdog {
 public:
  Watchdog(Service& service, ServiceApi& api, const Clock& clock)
      : service_(service), api_(api), clock_(clock) {
    send();
  }
  Tick alive_at() const { return alive_at_; }

  void beat() {
    if (!returned_ || clock_.tick() - service_.inputs_alive_at() > kInputLife) return;
    alive_at_ = clock_.tick();
    api_.on_life();
    service_notify::watchdog();
    send();
  }

 private:
  void send() {
    returned_ = false;
    service_.probe([this] { returned_ = true; });
  }
  Service& service_;
  ServiceApi& api_;
  const Clock& clock_;
  std::atomic<bool> returned_{false};
  Tick alive_at_ = clock_.tick();
};

Status reload(Service& service, ServiceApi& api, const Clock& clock) {
  service_notify::reloading();
  Status done = service.reload();
  if (done) {
    telemetry::reloaded(clock.now(), service.rules()->alarms.size());
  } else {
    telemetry::reload_failed(clock.now(), done.error().text);
  }
  api.on_reload(done ? "" : done.error().text);
  give_back_memory();  // nobody holds the former rules any more
  service_notify::ready(api.status_line());
  return done;
}

int fail(const Error& error) {
  std::fprintf(stderr, "tocsind: error[%s]: %s\n", error.code.c_str(), error.text.c_str());
  return kExitNo;
}

int serve(LoadedConfiguration loaded, const SystemClock& clock) {
  MainLoop loop;  // takes the signals over before there is anything to lose
  Service service(std::move(loaded), clock);
  loop.on_signal(SIGTERM, [&] { loop.stop(); });
  loop.on_signal(SIGINT, [&] { loop.stop(); });
  std::signal(SIGPIPE, SIG_IGN);
  HttpsService https(clock, Environment::of_process().host_name);
  service.before_delivery([&](const MainConfig& config) { return https.prepare(config); });
  if (Status started = service.start(); !started) return fail(started.error());
  ServiceApi api(service, clock);
  // Whoever sends the signal finds the outcome in the log and the status.
  loop.on_signal(SIGHUP, [&] { static_cast<void>(reload(service, api, clock)); });
  api.reload_by([&] {
    Status done = success();
    const bool called = loop.call([&] { done = reload(service, api, clock); });
    return called ? done : Error{"stopping", "the daemon is stopping"};
  });

  const ApiConfig& where = service.config().api;
  ApiOptions options;
  options.listen = where.listen;
  options.socket = where.socket;
  Result<std::unique_ptr<ApiServer>> server = ApiServer::start(options, api);
  if (!server) return fail(server.error());
  https.attach(**server, api);
  loop.every(kExpiryEvery, [&] { service.expire_subscriptions(); });
  loop.every(kCertificatesEvery, [&] { https.refresh(service.config()); });

  Watchdog watchdog(service, api, clock);
  const Duration interval = service_notify::watchdog_interval().value_or(kBeatEvery);
  loop.every(std::min(interval, kBeatEvery), [&] { watchdog.beat(); });
  loop.every(kObserveEvery, [&] {
    service.ping_dead_men(watchdog.alive_at());
    api.observe();
    service_notify::status(api.status_line());
  });
  give_back_memory();
  telemetry::started(TOCSIN_VERSION, service.config().file);
  telemetry::reloaded(clock.now(), service.rules()->alarms.size());
  service_notify::ready(api.status_line());
  loop.run();

  telemetry::stopping("signal");
  service_notify::stopping();
  service.stop();
  return kExitOk;
}

}  // namespace

int run_tocsind(std::span<const std::string> args) {
  std::string config_file = kDefaultConfigFile;
  bool check_only = false, verbose = false;
  Options options(
      "tocsind",
      "Follows log streams, evaluates alarms, sends notifications. Runs in the foreground.");
  options.value("--config", config_file, "FILE", "the main configuration");
  options.flag("--check", check_only, "validate the configuration and rules, and stop");
  options.flag("--verbose", verbose, "log more");
  if (const auto code = options.parse(args)) return *code;

  LoadedConfiguration loaded = load_kept_configuration(config_file);
  std::fputs(loaded.sources.render(loaded.diagnostics, false).c_str(), stderr);
  if (loaded.rules == nullptr) return kExitInvalid;
  if (check_only) return kExitOk;
  forget_sources(loaded);
  set_up_log(detect_log_style(), verbose);
  SystemClock clock;
  return serve(std::move(loaded), clock);
}

}  // namespace tocsin
