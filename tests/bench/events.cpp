// Measures reading a ring buffer on the running kernel, in the same run as libbpf's reader: records per second out of a full
// ring, and how often each reader is woken while records keep coming. A socket filter writes the records. It is not attached:
// the kernel runs it on request (BPF_PROG_TEST_RUN).
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include <bpf/libbpf.h>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/resolve/patch.hpp>
#include <lsmith/loader/events/event_loop.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace {

using namespace lsmith;
using steady = std::chrono::steady_clock;

constexpr std::uint32_t ring_bytes = 16 << 20;
constexpr std::uint32_t per_fill = 150'000;  // of 72 bytes each
constexpr int rounds = 15;
int missed = 0;

void must(bool fine, const char* what) {
  if (fine) return;
  std::printf("failed: %s\n", what);
  std::exit(1);
}

double seconds_since(steady::time_point start) { return std::chrono::duration<double>(steady::now() - start).count(); }

double median(std::vector<double> all) {
  std::ranges::sort(all);
  return all[all.size() / 2];
}

/// A ring buffer, and a program that writes a record of 64 bytes into it.
struct producer {
  loader::live_map ring;
  fd program;

  producer() {
    const map description{.name = "ring", .type = map_type::ringbuf, .key_size = 0, .value_size = 0, .entries = ring_bytes};
    auto made = loader::make_map(description);
    must(made.has_value(), "making a ring buffer");
    ring = {description, std::move(*made)};

    using namespace isa;
    assembler writing;
    for (std::int16_t at = -64; at < 0; at = static_cast<std::int16_t>(at + 8)) writing({store(mem64[r10 + at], 7)});
    writing({ld_imm64(r1, map_fd("ring")), mov(r2, r10), add(r2, -64), mov(r3, 64), mov(r4, 0), call(helper::ringbuf_output),
             mov(r0, 0), exit()});
    auto code = std::move(writing).finish();
    must(code.has_value(), "assembling");
    for (const relocation& open : code->relocations)
      must(patch(code->insns, open.slot, static_cast<std::uint64_t>(ring.descriptor.get())).has_value(), "patching");
    auto loaded = loader::load_program({.prog_type = static_cast<std::uint32_t>(loader::abi::prog_type::socket_filter),
                                        .insn_cnt = static_cast<std::uint32_t>(code->insns.size()),
                                        .insns = loader::abi::address(code->insns.data()),
                                        .license = loader::abi::address("GPL")});
    must(loaded.has_value(), "loading a socket filter");
    program = std::move(*loaded);
  }

  void produce(std::uint32_t records) const {
    static const std::byte packet[64] = {};
    loader::abi::test_run run{.prog_fd = static_cast<std::uint32_t>(program.get()),
                              .data_size_in = sizeof packet,
                              .data_in = loader::abi::address(packet),
                              .repeat = records};
    must(loader::bpf(loader::abi::command::prog_test_run, run) >= 0, "running the socket filter");
  }
};

std::uint64_t sum = 0;  // of what was read, so that the compiler cannot remove the reads

int take_theirs(void*, void* record, std::size_t) {
  sum += *static_cast<const std::uint64_t*>(record);
  return 0;
}
void take_ours(bytes record) { sum += read_as<std::uint64_t>(record.data()); }

void compare_speed(const producer& from) {
  auto ours = loader::ring_buffer::open(from.ring.descriptor.get(), ring_bytes);
  ring_buffer* theirs = ring_buffer__new(from.ring.descriptor.get(), take_theirs, nullptr, nullptr);
  must(ours.has_value() && theirs != nullptr, "opening the ring");
  std::vector<double> our_rate, their_rate;
  for (int round = 0; round < rounds; ++round) {
    from.produce(per_fill);
    auto start = steady::now();
    must(ours->drain([](bytes record) { take_ours(record); }) == per_fill, "reading all records");
    our_rate.push_back(per_fill / seconds_since(start));
    from.produce(per_fill);
    start = steady::now();
    must(ring_buffer__consume(theirs) == per_fill, "reading all records with libbpf");
    their_rate.push_back(per_fill / seconds_since(start));
  }
  ring_buffer__free(theirs);
  const double ratio = median(our_rate) / median(their_rate);
  missed += ratio < 1;
  std::printf("ring buffer: %.1f million records a second, libbpf %.1f: %.2f times  target >= 1: %s\n", median(our_rate) / 1e6,
              median(their_rate) / 1e6, ratio, ratio >= 1 ? "met" : "missed");
}

struct woken {
  std::uint64_t records = 0, times = 0;
  double per_thousand() const {
    return 1000.0 * static_cast<double>(times) / static_cast<double>(std::max<std::uint64_t>(records, 1));
  }
};

/// Writes a few records at a time while `read_once` reads. `read_once` returns the number of records that it got.
template <class Read>
woken read_under_load(const producer& from, Read read_once) {
  std::atomic<bool> over = false;
  std::thread writer([&] {
    for (const auto start = steady::now(); seconds_since(start) < 1;) {
      from.produce(4);
      for (const auto pause = steady::now(); seconds_since(pause) < 10e-6;) continue;
    }
    over = true;
  });
  woken seen;
  while (!over) {
    const std::size_t got = read_once();
    seen.records += got;
    seen.times += got != 0;
  }
  writer.join();
  return seen;
}

void compare_wakeups(const producer& from) {
  auto loop = loader::event_loop::open();
  auto reader = loader::event_reader::open(from.ring);
  must(loop && reader && loop->add(std::move(*reader), take_ours), "opening the loop");
  ring_buffer* theirs = ring_buffer__new(from.ring.descriptor.get(), take_theirs, nullptr, nullptr);
  must(theirs != nullptr, "opening the ring with libbpf");
  std::vector<double> ours_each, theirs_each;
  for (int round = 0; round < 5; ++round) {
    ours_each.push_back(read_under_load(from, [&] { return loop->wait(10).value_or(0); }).per_thousand());
    loop->drain();
    theirs_each.push_back(read_under_load(from, [&] {
                            return static_cast<std::size_t>(std::max(0, ring_buffer__poll(theirs, 10)));
                          }).per_thousand());
    ring_buffer__consume(theirs);
  }
  ring_buffer__free(theirs);
  const double ratio = median(ours_each) / median(theirs_each);
  missed += ratio > 0.1;
  std::printf("ring buffer: woken %.2f times for a thousand records, libbpf %.2f: %.3f of that  target <= 0.100: %s\n",
              median(ours_each), median(theirs_each), ratio, ratio <= 0.1 ? "met" : "missed");
}

}  // namespace

int main() {
  const producer from;
  compare_speed(from);
  compare_wakeups(from);
  std::printf("%d missed\n", missed);
}
