// Control flow of the DSL on a real kernel: the three kinds of loops with verdicts inside them, functions, and references,
// which are released on every path.
#include <doctest/doctest.h>

#include <sys/socket.h>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/load/elements.hpp>
#include <lsmith/tests/asm/dsl/dsl_guest.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

constexpr std::uint32_t first = 0;

using loop = void (dsl::control::*)(std::uint32_t, const dsl::round&, dsl::written_at);

struct named_loop {
  const char* name;
  loop how;
  loader::kernel_version since;
};
constexpr named_loop loops[] = {
    {"unrolled", &dsl::control::unrolled, {5, 7}},
    {"bounded", &dsl::control::bounded, {5, 7}},
    {"called", &dsl::control::called, {5, 17}},
};

/// Runs the test with each kind of loop that this kernel supports.
void with_each_loop(const std::function<void(dsl::hook&, loop)>& rule,
                    const std::function<void(const loader::enforcement&)>& look, const dsl::options& how = {},
                    const loader::load_options& load = {}) {
  for (const named_loop& each : loops) {
    CAPTURE(each.name);
    if (loader::running_kernel() < each.since) continue;
    look(require_enforced(dsl::lsm(small_kernel_types(), "socket_create", [&](dsl::hook& h) { rule(h, each.how); }, how), load));
  }
}

struct seen {
  std::uint32_t round, family;
};

}  // namespace

TEST_SUITE_BEGIN("lsm");

// ------------------------------------------------------------------------------------------------------------- loops --

TEST_CASE("dsl: rounds are counted, and can use values computed before the loop") {
  with_each_loop(
      [](dsl::hook& h, loop how) {
        auto sum = h.variable<std::uint64_t>("sum").number();
        auto uid = h.uid();
        h.when(h.arg("family") == AF_PACKET && uid == 0, [&] {
          (h.*how)(
              7, [&](const dsl::value& i) { h.when(h.arg("family") == AF_PACKET && uid + 1 == 1, [&] { sum.add(i + 1); }); },
              dsl::written_at::current());
        });
      },
      [](const loader::enforcement& policy) {
        static_cast<void>(try_socket(AF_PACKET));
        CHECK(*loader::read_value<std::uint64_t>(*policy.find_map("sum"), first) == 28);
      });
}

TEST_CASE("dsl: every verdict inside a loop ends the program") {
  with_each_loop(
      [](dsl::hook& h, loop how) {
        auto after = h.variable<std::uint64_t>("after").number();
        auto family = h.arg("family");
        (h.*how)(
            5,
            [&](const dsl::value& i) {
              h.when(i == 3 && family == AF_PACKET, [&] { h.deny(EACCES, dsl::record<seen>(i, 17)); });
              h.when(i == 2 && family == AF_ALG, [&] { h.deny(ENODEV); });
              h.when(i == 4 && family == AF_UNIX, [&] { h.allow(); });
            },
            dsl::written_at::current());
        h.when(family == AF_UNIX || family == AF_PACKET, [&] { after.add(1); });
        h.when(family == AF_INET6, [&] { h.deny(EPERM); });
      },
      [](const loader::enforcement& policy) {
        CHECK(try_socket(AF_PACKET) == EACCES);
        CHECK(try_socket(AF_ALG) == ENODEV);
        CHECK(try_socket(AF_UNIX) == 0);
        CHECK(try_socket(AF_INET) == 0);
        CHECK(try_socket(AF_INET6) == EPERM);
        CHECK(*loader::read_value<std::uint64_t>(*policy.find_map("after"), first) == 0);
        const auto all = events_of<seen>(policy);
        REQUIRE(all.size() == 1);
        CHECK(all[0].round == 3);
      });
}

TEST_CASE("dsl: stop() ends a loop before its last round") {
  with_each_loop(
      [](dsl::hook& h, loop how) {
        auto rounds = h.variable<std::uint64_t>("rounds").number();
        h.when(h.arg("family") == AF_PACKET, [&] {
          (h.*how)(
              200,
              [&](const dsl::value& i) {
                h.when(i == 9, [&] { h.stop(); });
                rounds.add(1);
              },
              dsl::written_at::current());
          h.deny(EPERM);
        });
      },
      [](const loader::enforcement& policy) {
        CHECK(try_socket(AF_PACKET) == EPERM);
        CHECK(*loader::read_value<std::uint64_t>(*policy.find_map("rounds"), first) == 9);
      });
}

TEST_CASE("dsl: a loop in a loop can use an entry that was found outside both") {
  with_each_loop(
      [](dsl::hook& h, loop how) {
        auto table = h.array<std::uint64_t>("table", 1);
        h.when(h.arg("family") == AF_PACKET, [&] {
          table.find(0).found([&](auto one) {
            (h.*how)(
                4,
                [&](const dsl::value& i) {
                  (h.*how)(
                      3,
                      [&](const dsl::value& j) {
                        one.number().add(i * 3 + j);
                        h.when(i == 3 && j == 2, [&] { h.deny(EXDEV); });
                      },
                      dsl::written_at::current());
                },
                dsl::written_at::current());
          });
        });
      },
      [](const loader::enforcement& policy) {
        CHECK(try_socket(AF_PACKET) == EXDEV);
        CHECK(*loader::read_value<std::uint64_t>(*policy.find_map("table"), first) == 66);
      });
}

TEST_CASE("dsl: a verdict in a loop applies to the program's scope only, and denies nothing in a dry run") {
  constexpr uid_t user = 4711;
  const auto rule = [](dsl::hook& h, loop how) {
    (h.*how)(
        3, [&](const dsl::value& i) { h.when(i == 2 && h.arg("family") == AF_UNIX, [&] { h.deny(EPERM); }); },
        dsl::written_at::current());
  };
  with_each_loop(rule,
                 [&](const loader::enforcement& policy) {
                   CHECK(try_socket(AF_UNIX) == 0);
                   CHECK(as_user(user, [] { return try_socket(AF_UNIX); }) == EPERM);
                   const std::uint64_t dry = 1;
                   REQUIRE(loader::write_element(*policy.find_map(reserved::dry_run), &first, &dry));
                   CHECK(as_user(user, [] { return try_socket(AF_UNIX); }) == 0);
                 },
                 {.scope = scope::uid(user), .dry_runs = dsl::dry_runs::while_attached});
}

// --------------------------------------------------------------------------------------------------------- functions --

TEST_CASE("dsl: a function takes numbers and pointers, and returns a number") {
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(dsl::lsm(types, "file_open", [](dsl::hook& h) {
      auto distance = h.function<std::uint32_t(std::uint32_t, std::uint32_t)>("distance", [&](const auto& a, const auto& b) {
        h.when(a > b, [&] { h.give(a - b); });
        return b - a;
      });
      auto is_deleted =
          h.function<bool(dsl::pointer<"inode">)>("is_deleted", [](const auto& inode) { return inode["i_nlink"] == 0; });
      auto name = h.arg("file")["f_path.dentry"]["d_name.name"].text(16);
      h.when(name == "far", [&] { h.when(distance(h.uid(), 7) == 7 && distance(9, 2) == 7, [&] { h.deny(EXDEV); }); });
      h.when(name == "gone" && is_deleted(h.arg("file")["f_inode"]), [&] { h.deny(EPERM); });
    }));
    make_file("/tmp/made-elsewhere");
    REQUIRE(rename("/tmp/made-elsewhere", "/tmp/far") == 0);
    make_file("/tmp/gone");
    CHECK(try_open("/tmp/far") == EXDEV);
    CHECK(try_open("/tmp/gone") == 0);
  });
}

TEST_CASE("dsl: a function can use the hook's arguments, report, count, and call another") {
  const auto policy = require_enforced(dsl::lsm(small_kernel_types(), "socket_create", [](dsl::hook& h) {
    auto is_packet = h.function<bool()>("is_packet", [&] { return h.arg("family") == AF_PACKET; });
    auto count = h.function<std::int64_t(std::int32_t)>("count", [&](const auto& by) {
      auto total = h.variable<std::uint64_t>("total").number();
      h.when(is_packet(), [&] {
        total.add(1);
        h.audit(dsl::record<seen>(h.arg("type") & 0xff, h.arg("family") & 0xff));
        h.give(by * -2);
      });
      h.give(5);
    });
    h.when(count(21) == -42, [&] { h.deny(EPERM); });
  }));
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(try_socket(AF_UNIX) == 0);
  CHECK(*loader::read_value<std::uint64_t>(*policy.find_map("total"), first) == 1);
  const auto all = events_of<seen>(policy);
  REQUIRE(all.size() == 1);
  CHECK(all[0].family == AF_PACKET);
}

TEST_CASE("dsl: a function returns its result from inside a loop") {
  with_each_loop(
      [](dsl::hook& h, loop how) {
        auto log2 = h.function<std::uint32_t(std::uint32_t)>("log2", [&](const auto& number) {
          (h.*how)(
              32,
              [&](const dsl::value& i) {
                h.when(number >> i == 1, [&] { h.give(i); });
                h.when(number >> i == 0, [&] { h.give(99); });
              },
              dsl::written_at::current());
          h.give(77);
        });
        h.when(h.arg("family") == AF_PACKET && log2(1000) == 9 && log2(0) == 99, [&] { h.deny(EXDEV); });
      },
      [](const loader::enforcement&) {
        CHECK(try_socket(AF_PACKET) == EXDEV);
        CHECK(try_socket(AF_UNIX) == 0);
      });
}

// --------------------------------------------------------------------------------------------------------- references --

TEST_CASE("dsl: a task is acquired, followed, and released on every path") {
  if (is_older_than(6, 12)) SKIP("bpf_task_from_pid may be called by LSM programs from Linux 6.12 on");
  auto types = btf::types::own(read_whole("/sys/kernel/btf/vmlinux"));
  REQUIRE(types);
  const auto policy = require_enforced(dsl::lsm(*types, "socket_create", [](dsl::hook& h) {
    auto pid = h.variable<std::uint32_t>("required").number();
    auto missing = h.variable<std::uint64_t>("missing").number();
    h.when(h.arg("family") == AF_PACKET, [&] {
      h.hold("bpf_task_from_pid", {pid.get()})
          .found(
              [&](const dsl::value& task) {
                h.when(task["real_parent"]["tgid"] == 1, [&] { h.deny(EACCES); });
                h.when(task["tgid"] == h.arg("protocol"), [&] { h.allow(); });
                h.when(h.uid() == 0, [&] { h.deny(EXDEV); });
              },
              [&] { missing.add(1); });
    });
  }));
  const auto try_with = [&](std::uint32_t pid) {
    REQUIRE(loader::write_element(*policy.find_map("required"), &first, &pid));
    return try_socket(AF_PACKET);
  };
  CHECK(try_with(0x3fffffff) == 0);
  CHECK(*loader::read_value<std::uint64_t>(*policy.find_map("missing"), first) == 1);
  CHECK(try_with(1) == EXDEV);
  CHECK(in_child([&] { return try_with(static_cast<std::uint32_t>(getppid())); }) != 0);
}

TEST_CASE("dsl: helpers that are called by name return numbers and pointers") {
  if (is_older_than(5, 11)) SKIP("bpf_sock_from_file came with Linux 5.11");
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(dsl::lsm(types, "file_open", [](dsl::hook& h) {
      auto now = h.call("ktime_get_boot_ns");
      auto socket = h.call("bpf_sock_from_file", {h.arg("file")});
      h.when(h.arg("file")["f_path.dentry"]["d_name.name"].text(16) == "no-socket" && now > 0 && socket == 0,
             [&] { h.deny(ENODEV); });
      h.when(socket["type"] == 77, [&] { h.deny(EPERM); });
    }));
    make_file("/tmp/made-elsewhere");
    REQUIRE(rename("/tmp/made-elsewhere", "/tmp/no-socket") == 0);
    CHECK(try_open("/tmp/no-socket") == ENODEV);
  });
}
TEST_SUITE_END();
