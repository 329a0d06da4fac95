#include <lsmith/loader/events/perf_buffer.hpp>

#include <linux/perf_event.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include <lsmith/loader/kernel/possible_cpus.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

constexpr int every_process = -1;
constexpr int no_group = -1;

error cannot_open(std::uint16_t number) {
  return {.why = cause::event_source, .during = stage::events, .system_error = number, .name = "perf buffer"};
}

error cannot_open() { return cannot_open(static_cast<std::uint16_t>(errno)); }

/// Opens the event of BPF output on one CPU.
result<fd> open_event(std::uint32_t number) {
  perf_event_attr what = {};
  what.size = sizeof what;
  what.type = PERF_TYPE_SOFTWARE;
  what.config = PERF_COUNT_SW_BPF_OUTPUT;
  what.sample_type = PERF_SAMPLE_RAW;
  what.sample_period = 1;
  what.wakeup_events = 1;
  const long returned = system_call(sys::perf_event_open, pointer_argument(&what), every_process, static_cast<long>(number),
                                    no_group, PERF_FLAG_FD_CLOEXEC);
  if (returned < 0) return failure(cannot_open(static_cast<std::uint16_t>(-returned)));
  return fd(static_cast<int>(returned));
}

/// The part of a PERF_RECORD_LOST after struct perf_event_header.
struct lost_record {
  std::uint64_t id;
  std::uint64_t lost;
};

}  // namespace

result<perf_buffer> perf_buffer::open(int map, unsigned pages) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  perf_buffer all;
  all.data_size_ = pages * page;
  all.wakeup_.reset(epoll_create1(EPOLL_CLOEXEC));
  if (!all.wakeup_) return failure(cannot_open());

  for (std::uint32_t number = 0; number < possible_cpus(); ++number) {
    auto event = open_event(number);
    if (!event && event.error().system_error == ENODEV) continue;  // a possible CPU that is not online
    if (!event) return failure(event.error());
    mapping area((1 + pages) * page, PROT_READ | PROT_WRITE, event->get(), 0);
    if (!area) return failure(cannot_open());

    const std::uint32_t value = static_cast<std::uint32_t>(event->get());
    if (auto put = update_element(map, &number, &value); !put) return failure(put.error());
    epoll_event wake{.events = EPOLLIN, .data = {}};
    if (epoll_ctl(all.wakeup_.get(), EPOLL_CTL_ADD, event->get(), &wake) != 0) return failure(cannot_open());
    if (ioctl(event->get(), PERF_EVENT_IOC_ENABLE, 0) != 0) return failure(cannot_open());
    all.cpus_.push_back({std::move(*event), std::move(area)});
  }
  return all;
}

std::size_t perf_buffer::drain(const record_function& take) {
  std::size_t taken = 0;
  for (const cpu& one : cpus_) taken += drain_one(one, take);
  return taken;
}

std::size_t perf_buffer::drain_one(const cpu& from, const record_function& take) {
  auto* control = reinterpret_cast<perf_event_mmap_page*>(from.pages.data());
  const std::byte* data = from.pages.data() + control->data_offset;
  const std::uint64_t head = std::atomic_ref(control->data_head).load(std::memory_order_acquire);
  std::uint64_t at = control->data_tail;
  std::size_t taken = 0;

  while (at < head) {
    const std::size_t start = at % data_size_;
    const auto header = read_as<perf_event_header>(data + start);  // records are 8-byte aligned: never split here
    if (header.size < sizeof header) break;
    const std::byte* record = data + start;
    if (start + header.size > data_size_) {
      wrapped_.assign(record, data + data_size_);
      wrapped_.insert(wrapped_.end(), data, data + (header.size - (data_size_ - start)));
      record = wrapped_.data();
    }
    const std::byte* body = record + sizeof header;
    if (header.type == PERF_RECORD_SAMPLE) {
      take({body + sizeof(std::uint32_t), read_as<std::uint32_t>(body)});
      ++taken;
    } else if (header.type == PERF_RECORD_LOST) {
      dropped_ += read_as<lost_record>(body).lost;
    }
    at += header.size;
  }
  std::atomic_ref(control->data_tail).store(at, std::memory_order_release);
  return taken;
}

}  // namespace lsmith::loader
