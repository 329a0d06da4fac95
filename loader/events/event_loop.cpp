#include <lsmith/loader/events/event_loop.hpp>

#include <sys/epoll.h>

#include <cerrno>
#include <ctime>
#include <iterator>
#include <utility>

namespace lsmith::loader {
namespace {

std::unexpected<error> failed(std::string_view call) {
  return failure(
      {.why = cause::call_failed, .during = stage::events, .system_error = static_cast<std::uint16_t>(errno), .name = call});
}

void rest_for(std::chrono::microseconds pause) {
  const timespec time{pause.count() / 1'000'000, pause.count() % 1'000'000 * 1000};
  nanosleep(&time, nullptr);
}

}  // namespace

result<event_loop> event_loop::open(std::chrono::microseconds rest) {
  event_loop made;
  made.rest_ = rest;
  made.poll_.reset(epoll_create1(EPOLL_CLOEXEC));
  if (!made.poll_) return failed("epoll_create1");
  return made;
}

result<void> event_loop::add(event_reader from, record_function take) {
  auto one = std::make_unique<source>(std::move(from), std::move(take));
  epoll_event wake{.events = EPOLLIN, .data = {.ptr = one.get()}};
  if (epoll_ctl(poll_.get(), EPOLL_CTL_ADD, one->from.descriptor(), &wake) != 0) return failed("epoll_ctl");
  sources_.push_back(std::move(one));
  return {};
}

result<std::size_t> event_loop::wait(int milliseconds) {
  epoll_event ready[32];
  if (is_busy_ && rest_.count() != 0) rest_for(rest_);
  const int count = epoll_wait(poll_.get(), ready, std::size(ready), milliseconds);
  if (count <= 0) {
    is_busy_ = false;
    if (count < 0 && errno != EINTR) return failed("epoll_wait");
    return std::size_t{0};
  }
  is_busy_ = true;
  ++wakeups_;
  std::size_t taken = 0;
  for (int i = 0; i < count; ++i) taken += static_cast<source*>(ready[i].data.ptr)->drain();
  return taken;
}

std::size_t event_loop::drain() {
  std::size_t taken = 0;
  for (const auto& one : sources_) taken += one->drain();
  return taken;
}

}  // namespace lsmith::loader
