// Records that a real kernel writes: too large for their ring, discarded, overwritten, and valid ones between. The programs are
// socket filters that are run with BPF_PROG_TEST_RUN, so these tests also run where LSM programs are not allowed.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/asm/isa/operands.hpp>
#include <lsmith/asm/object/code.hpp>
#include <lsmith/asm/resolve/patch.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/load/maps.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/process/caller.hpp>
#include <lsmith/tests/harness/process/running_kernel.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::loader {
namespace {

using namespace isa;

constexpr std::uint32_t ring_size = 4096;
constexpr std::uint32_t perf_pages = 1;
constexpr std::uint32_t too_large = 16 * 1024;
constexpr std::int64_t current_cpu = 0xffffffff;

program finished(assembler&& from) { return make_program("sends", "none", *std::move(from).finish()); }

/// A map of events, one with the bytes to send, and the counter of lost records.
struct three_maps {
  live_map events, bytes_to_send, lost;

  explicit three_maps(map_type kind, std::uint32_t flags = 0, std::uint32_t ring = ring_size, std::uint32_t largest = too_large) {
    tests::allow_locked_memory();
    events.description = {.name = "events", .type = kind, .key_size = 0, .value_size = 0, .entries = ring, .flags = flags};
    if (kind == map_type::perf_event_array)
      events.description = {.name = "events", .type = kind, .key_size = 4, .value_size = 4, .entries = 0};
    bytes_to_send.description = {.name = "bytes", .type = map_type::array, .key_size = 4, .value_size = largest, .entries = 1};
    lost.description = {.name = "lost", .type = map_type::array, .key_size = 4, .value_size = 8, .entries = 1};
    for (live_map* one : {&events, &bytes_to_send, &lost}) {
      auto made = make_map(one->description);
      REQUIRE(made);
      one->descriptor = std::move(*made);
    }
  }

  /// Loads a program that uses these maps.
  fd load(program made) const {
    for (const relocation& open : made.relocations) {
      const live_map& named = open.name == "events" ? events : open.name == "bytes" ? bytes_to_send : lost;
      REQUIRE(patch(made.code, open.slot, static_cast<std::uint64_t>(named.descriptor.get())));
    }
    char log[16384] = {};
    auto loaded = load_program({.prog_type = static_cast<std::uint32_t>(abi::prog_type::socket_filter),
                                .insn_cnt = static_cast<std::uint32_t>(made.code.size()),
                                .insns = abi::address(made.code.data()),
                                .license = abi::address("GPL"),
                                .log_level = 1,
                                .log_size = sizeof log,
                                .log_buf = abi::address(log)});
    INFO(log);
    REQUIRE(loaded);
    return std::move(*loaded);
  }

  /// Loads a program that uses these maps, and runs it once. Returns its return value.
  std::uint32_t run(program made) const {
    abi::test_run done = {};
    REQUIRE(run_loaded(load(std::move(made)), 1, done) == 0);
    return done.retval;
  }

  static long run_loaded(const fd& loaded, std::uint32_t times, abi::test_run& done) {
    char packet[64] = {};
    done = {.prog_fd = static_cast<std::uint32_t>(loaded.get()),
            .data_size_in = sizeof packet,
            .data_in = abi::address(packet),
            .repeat = times};
    return bpf(abi::command::prog_test_run, done);
  }
};

/// A program that sends this many bytes, counts a failure, and returns what the helper returned.
program send(map_type through, std::uint32_t length) {
  assembler code;
  const label sent = code.new_label("sent");
  code({mov(r6, r1), ld_imm64(r7, map_value("bytes", 0)), ld_imm64(r8, map_value("lost", 0))});
  if (through == map_type::ringbuf)
    code({ld_imm64(r1, map_fd("events")), mov(r2, r7), mov(r3, static_cast<std::int32_t>(length)), mov(r4, 0),
          call(helper::ringbuf_output)});
  else
    code({mov(r1, r6), ld_imm64(r2, map_fd("events")), mov(w3, current_cpu), mov(r4, r7),
          mov(r5, static_cast<std::int32_t>(length)), call(helper::perf_event_output)});
  code({jeq(r0, 0, sent), mov(r1, 1), atomic_add(mem64[r8 + 0], r1), bind(sent), isa::exit()});
  return finished(std::move(code));
}

std::vector<std::size_t> lengths_in(event_reader& reader) {
  std::vector<std::size_t> all;
  reader.drain([&](bytes record) { all.push_back(record.size()); });
  return all;
}

}  // namespace

TEST_CASE("records: one that is larger than its ring is lost and counted, and those before and after it are read") {
  const three_maps maps(map_type::ringbuf);
  auto reader = event_reader::open(maps.events);
  REQUIRE(reader);
  CHECK(maps.run(send(map_type::ringbuf, 24)) == 0);
  for (int i = 0; i < 3; ++i) CHECK(maps.run(send(map_type::ringbuf, too_large)) != 0);
  CHECK(maps.run(send(map_type::ringbuf, 24)) == 0);
  CHECK(lengths_in(*reader) == std::vector<std::size_t>{24, 24});
  CHECK(read_counter(maps.lost).value_or(0) == 3);
  CHECK(lengths_in(*reader).empty());
}

TEST_CASE("records: one that is larger than its perf buffer is lost and counted, by the buffer too") {
  const three_maps maps(map_type::perf_event_array);
  auto buffer = perf_buffer::open(maps.events.descriptor.get(), perf_pages);
  REQUIRE(buffer);
  std::size_t taken = 0;
  const auto drain = [&] { return buffer->drain([&](bytes) { ++taken; }); };
  CHECK(maps.run(send(map_type::perf_event_array, 24)) == 0);
  for (int i = 0; i < 3; ++i) CHECK(maps.run(send(map_type::perf_event_array, too_large)) != 0);
  CHECK(maps.run(send(map_type::perf_event_array, 24)) == 0);
  drain();
  CHECK(taken == 2);
  CHECK(read_counter(maps.lost).value_or(0) == 3);
  CHECK(buffer->dropped() == 3);
}

TEST_CASE("records: the largest record that fits its ring is read, and a larger one is lost") {
  constexpr std::uint32_t header = 8;
  const three_maps maps(map_type::ringbuf);
  auto reader = event_reader::open(maps.events);
  REQUIRE(reader);
  CHECK(maps.run(send(map_type::ringbuf, ring_size)) != 0);
  CHECK(maps.run(send(map_type::ringbuf, ring_size - header)) != 0);  // a ring is never full: its positions would be equal
  CHECK(lengths_in(*reader).empty());
  CHECK(maps.run(send(map_type::ringbuf, ring_size - 2 * header)) == 0);
  CHECK(maps.run(send(map_type::ringbuf, 24)) != 0);
  CHECK(lengths_in(*reader) == std::vector<std::size_t>{ring_size - 2 * header});
  CHECK(maps.run(send(map_type::ringbuf, 24)) == 0);
  CHECK(lengths_in(*reader) == std::vector<std::size_t>{24});
}

TEST_CASE("records: one that its program discards is skipped, and is not counted as lost") {
  const three_maps maps(map_type::ringbuf);
  auto reader = event_reader::open(maps.events);
  REQUIRE(reader);
  for (const bool discards : {false, true, false}) {
    assembler code;
    const label none = code.new_label("none");
    code({ld_imm64(r1, map_fd("events")), mov(r2, 16), mov(r3, 0), call(helper::ringbuf_reserve), jeq(r0, 0, none), mov(r1, r0),
          mov(r2, 0), call(discards ? helper::ringbuf_discard : helper::ringbuf_submit), mov(r0, 0), isa::exit(), bind(none),
          mov(r0, 1), isa::exit()});
    CHECK(maps.run(finished(std::move(code))) == 0);
  }
  CHECK(lengths_in(*reader) == std::vector<std::size_t>{16, 16});
  CHECK(lengths_in(*reader).empty());
}

TEST_CASE("records: a ring that overwrites keeps the newest, and read and overwritten add up to sent (6.19+)") {
  if (running_kernel() < kernel_version{6, 19}) SKIP("such rings came with Linux 6.19");
  constexpr std::uint32_t each = 32;  // 24 and the header
  const three_maps maps(map_type::ringbuf, abi::ring_overwrites);
  auto reader = event_reader::open(maps.events);
  REQUIRE(reader);
  std::uint32_t sent = 0, read = 0;
  for (const std::uint32_t many : {3u, ring_size / each, 5 * ring_size / each + 7, 1u}) {
    for (std::uint32_t i = 0; i < many; ++i) CHECK(maps.run(send(map_type::ringbuf, 24)) == 0);
    sent += many;
    std::uint32_t now = 0;
    reader->drain([&](bytes record) {
      CHECK(record.size() == 24);
      ++now;
    });
    read += now;
    CHECK(now <= ring_size / each);
    CHECK(now >= std::min(many, ring_size / each - 1));
    CHECK(read * each + reader->overwritten() == sent * each);
  }
  CHECK(reader->overwritten() > 0);
  CHECK(read_counter(maps.lost).value_or(1) == 0);
  CHECK(lengths_in(*reader).empty());
}

namespace {

// Records so large that copying one takes a good part of a time slice. So the reader is often preempted while it copies, and
// meanwhile the writer overwrites the whole ring.
constexpr std::uint32_t large_record = 512 * 1024, large_ring = 4 * 1024 * 1024;
constexpr std::uint32_t marks[] = {0, large_record / 4, large_record / 2, large_record / 4 * 3, large_record - 8};

/// A program that counts its runs, and sends a record with that number at every mark.
program send_numbered() {
  assembler code;
  const label sent = code.new_label("sent");
  code({ld_imm64(r7, map_value("bytes", 0)), isa::load(r6, mem64[r7 + 0]), add(r6, 1)});
  for (const std::uint32_t mark : marks) code({ld_imm64(r1, map_value("bytes", mark)), store(mem64[r1 + 0], r6)});
  code({ld_imm64(r1, map_fd("events")), mov(r2, r7), mov(r3, static_cast<std::int32_t>(large_record)), mov(r4, 0),
        call(helper::ringbuf_output), jeq(r0, 0, sent), ld_imm64(r8, map_value("lost", 0)), mov(r1, 1),
        atomic_add(mem64[r8 + 0], r1), bind(sent), mov(r0, 0), isa::exit()});
  return finished(std::move(code));
}

/// Checks the records that are read: their numbers increase, and each has the same number at every mark.
struct numbered_records {
  std::uint64_t read = 0, last = 0, torn = 0, out_of_order = 0;

  void take(bytes record) {
    const auto number = read_as<std::uint64_t>(record.data());
    for (const std::uint32_t mark : marks) torn += read_as<std::uint64_t>(record.data() + mark) != number;
    out_of_order += number <= last;
    last = number;
    ++read;
  }
};

/// While it lives, this process has the lowest priority.
struct lowest_priority {
  lowest_priority() { REQUIRE(setpriority(PRIO_PROCESS, 0, 19) == 0); }
  ~lowest_priority() { setpriority(PRIO_PROCESS, 0, 0); }
};

}  // namespace

TEST_CASE(
    "records: while a writer overwrites the ring again and again, no record is torn, and read and overwritten add up to sent (6.19+)") {
  if (running_kernel() < kernel_version{6, 19}) SKIP("such rings came with Linux 6.19");
  const three_maps maps(map_type::ringbuf, abi::ring_overwrites, large_ring, large_record);
  auto reader = event_reader::open(maps.events);
  REQUIRE(reader);
  numbered_records found;
  const auto drain = [&] { reader->drain([&](bytes record) { found.take(record); }); };
  {
    const fd sends = maps.load(send_numbered());
    tests::caller writer([&] {
      abi::test_run done;
      return three_maps::run_loaded(sends, 100, done) == 0 ? 0 : 1;
    });
    const lowest_priority reader_yields;
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while ((found.read < 2000 || reader->overwritten() < 2000 * std::uint64_t{large_record}) &&
           std::chrono::steady_clock::now() < end)
      drain();
    CHECK(writer.stop() == 0);
    CHECK(writer.succeeded() == writer.tries());
  }
  drain();
  std::vector<std::byte> last_sent(large_record);
  const std::uint32_t first = 0;
  REQUIRE(lookup_element(maps.bytes_to_send.descriptor.get(), &first, last_sent.data()));
  const auto sent = read_as<std::uint64_t>(last_sent.data());
  MESSAGE(sent << " sent, " << found.read << " read");
  CHECK(found.read > 100);
  CHECK(reader->overwritten() > 0);
  CHECK(found.last == sent);
  CHECK(found.torn == 0);
  CHECK(found.out_of_order == 0);
  CHECK(found.read * room_of(large_record) + reader->overwritten() == sent * room_of(large_record));
  CHECK(read_counter(maps.lost).value_or(1) == 0);
}

}  // namespace lsmith::loader
