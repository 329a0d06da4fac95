// Compares the arithmetic of the kernel with that of C++: random expressions on known numbers are written in the DSL, and
// computed here by a second implementation of the rules.
#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <random>
#include <vector>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/tests/asm/dsl/dsl_kernel.hpp>
#include <lsmith/tests/harness/process/running_kernel.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

constexpr int family = AF_UNIX, type = SOCK_DGRAM, protocol = -77;  // denied by the rule, so the kernel does not check them

/// A number, with the width and sign of its C++ type.
struct known {
  __int128 number;
  unsigned bits;
  bool is_signed;
};

known narrowed(std::uint64_t raw, unsigned bits, bool is_signed) {
  if (bits == 32)
    return {is_signed ? __int128{static_cast<std::int32_t>(raw)} : __int128{static_cast<std::uint32_t>(raw)}, 32, is_signed};
  return {is_signed ? __int128{static_cast<std::int64_t>(raw)} : __int128{raw}, 64, is_signed};
}

struct both {
  dsl::value written;
  known worked_out;
};

class expressions {
 public:
  expressions(std::uint32_t seed, dsl::hook& h) : chance_(seed), h_(h) {}

  both make(unsigned depth) {
    if (depth == 0) return leaf();
    switch (below(3)) {
      case 0: return with_value(make(depth - 1), make(depth - 1));
      case 1: return with_number(make(depth - 1));
      default: return shifted(make(depth - 1));
    }
  }

  struct condition {
    dsl::condition written;
    bool worked_out;
  };
  /// A random comparison of two numbers, of types that can be compared.
  condition compare() {
    for (;;) {
      both a = make(2), b = make(1);
      const bool mixed = a.worked_out.is_signed != b.worked_out.is_signed;
      if (mixed && (a.worked_out.is_signed ? b : a).worked_out.bits == 64) continue;
      const __int128 x = a.worked_out.number, y = b.worked_out.number;
      switch (below(6)) {
        case 0: return {a.written == b.written, x == y};
        case 1: return {a.written != b.written, x != y};
        case 2: return {a.written < b.written, x < y};
        case 3: return {a.written <= b.written, x <= y};
        case 4: return {!(a.written > b.written), !(x > y)};
        default: return {!!(a.written >= b.written), x >= y};
      }
    }
  }

 private:
  std::uint32_t below(std::size_t limit) { return static_cast<std::uint32_t>(chance_() % limit); }

  both leaf() {
    switch (below(5)) {
      case 0: return {h_.arg("family"), {family, 32, true}};
      case 1: return {h_.arg("type"), {type, 32, true}};
      case 2: return {h_.arg("protocol"), {protocol, 32, true}};
      case 3: return {h_.constant("large", 0xfedcba98), {0xfedcba98, 32, false}};
      default: return {h_.constant("small", 1000), {1000, 32, false}};
    }
  }

  both with_value(both a, both b) {
    const unsigned bits = std::max(a.worked_out.bits, b.worked_out.bits);
    bool is_signed = a.worked_out.is_signed && b.worked_out.is_signed;
    if (a.worked_out.bits != b.worked_out.bits) is_signed = (a.worked_out.bits == 64 ? a : b).worked_out.is_signed;
    const auto x = static_cast<std::uint64_t>(a.worked_out.number), y = static_cast<std::uint64_t>(b.worked_out.number);
    const __int128 p = a.worked_out.number, q = b.worked_out.number;
    const bool is_usual = a.worked_out.is_signed == b.worked_out.is_signed && a.worked_out.bits == b.worked_out.bits && q != 0;
    if (is_usual && below(4) == 0) {
      if (below(2) == 0) return {a.written / b.written, narrowed(static_cast<std::uint64_t>(p / q), bits, is_signed)};
      return {a.written % b.written, narrowed(static_cast<std::uint64_t>(p % q), bits, is_signed)};
    }
    switch (below(6)) {
      case 0: return {a.written + b.written, narrowed(x + y, bits, is_signed)};
      case 1: return {a.written - b.written, narrowed(x - y, bits, is_signed)};
      case 2: return {a.written * b.written, narrowed(x * y, bits, is_signed)};
      case 3: return {a.written & b.written, narrowed(x & y, bits, is_signed)};
      case 4: return {a.written | b.written, narrowed(x | y, bits, is_signed)};
      default: return {a.written ^ b.written, narrowed(x ^ y, bits, is_signed)};
    }
  }

  both with_number(both a) {
    const auto x = static_cast<std::uint64_t>(a.worked_out.number);
    const unsigned bits = a.worked_out.bits;
    const bool is_signed = a.worked_out.is_signed;
    const __int128 n = a.worked_out.number;
    switch (below(11)) {
      case 8: return {a.written / 7, narrowed(static_cast<std::uint64_t>(n / 7), bits, is_signed)};
      case 9:
        if (!is_signed) return with_number(a);
        return {a.written % -10, narrowed(static_cast<std::uint64_t>(n % -10), bits, true)};
      case 10:
        if (n == 0) return with_number(a);
        return {100000 / a.written, narrowed(static_cast<std::uint64_t>(100000 / n), bits, is_signed)};
      case 0: return {a.written + 12345, narrowed(x + 12345, bits, is_signed)};
      case 1: return {a.written - 7, narrowed(x - 7, bits, is_signed)};
      case 2: return {7 - a.written, narrowed(7 - x, bits, is_signed)};
      case 3: return {a.written & 0xff00, narrowed(x & 0xff00, bits, false)};
      case 4: return {a.written | 0x123456789a, narrowed(x | 0x123456789a, 64, is_signed)};
      case 5: return {a.written ^ -1, narrowed(x ^ ~std::uint64_t{0}, bits, is_signed)};
      case 6: return {(a.written & 0xffff) / 7, narrowed((x & 0xffff) / 7, bits, false)};
      default: return {(a.written & 0xffff) % 10, narrowed((x & 0xffff) % 10, bits, false)};
    }
  }

  both shifted(both a) {
    const std::uint32_t by = below(31);
    const auto x = static_cast<std::uint64_t>(a.worked_out.number);
    const unsigned bits = a.worked_out.bits;
    const bool is_signed = a.worked_out.is_signed;
    if (below(2) == 0) return {a.written << by, narrowed(x << by, bits, is_signed)};
    return {a.written >> by, narrowed(static_cast<std::uint64_t>(a.worked_out.number >> by), bits, is_signed)};
  }

  std::mt19937 chance_;
  dsl::hook& h_;
};

struct results {
  std::array<std::uint64_t, 6> numbers;
  std::uint64_t conditions;
};

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("dsl: the kernel computes what C++ computes") {
  allow_locked_memory();
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    results expected{};
    const auto policy = dsl::lsm(small_kernel_types(), "socket_create", [&](dsl::hook& h) {
      expressions any(seed, h);
      std::vector<dsl::value> six;
      auto truths = h.variable<std::uint64_t>("truths").number();
      h.when(h.arg("protocol") != protocol, [&] { h.allow(); });
      for (unsigned i = 0; i < 6; ++i) {
        const both one = any.make(1 + i / 2);
        six.push_back(one.written);
        expected.numbers[i] = static_cast<std::uint64_t>(one.worked_out.number);
      }
      for (unsigned i = 0; i < 8; ++i) {
        const auto one = any.compare();
        expected.conditions |= std::uint64_t{one.worked_out} << i;
        h.when(one.written, [&] { truths.add(1u << i); });
      }
      h.deny(EPERM, dsl::record<results>(six[0], six[1], six[2], six[3], six[4], six[5], truths.get()));
    });
    if (!policy) MESSAGE(to_string(policy.error()));
    REQUIRE(policy);
    auto running = loader::enforce(*policy);
    if (!running) MESSAGE(to_string(running.error()) << running.error().log);
    REQUIRE(running);
    auto reader = loader::event_reader::open(*running->find_map(reserved::events));
    REQUIRE(reader);
    REQUIRE(socket(family, type, protocol) == -1);
    std::vector<results> all;
    reader->drain([&](bytes record) { all.push_back(read_as<results>(record.data())); });
    REQUIRE(all.size() == 1);
    for (std::size_t i = 0; i < 6; ++i) {
      CAPTURE(i);
      CHECK(all[0].numbers[i] == expected.numbers[i]);
    }
    CHECK(all[0].conditions == expected.conditions);
  }
}
TEST_SUITE_END();
