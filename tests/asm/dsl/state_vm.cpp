// State of DSL programs on a real kernel: storage of tasks, inodes, sockets and cgroups, maps of maps that user space replaces,
// tail calls, variables, and atomic changes.
#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <numeric>

#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/load/elements.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/asm/dsl/dsl_guest.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

constexpr std::uint32_t first = 0;

struct mark {
  std::uint64_t times;
  std::uint32_t uid, is_marked;
};

/// The message of a load that fails.
std::string load_error_of(const checked<object>& policy) {
  REQUIRE(policy);
  const auto failed = loader::load(*policy);
  REQUIRE_FALSE(failed.has_value());
  return to_string(failed.error());
}

checked<object> marked_tasks(const btf::types& types) {
  dsl::policy both(types);
  both.lsm("inode_mkdir", [](dsl::hook& h) {
    auto marks = h.task_storage<mark>("marks");
    h.when((h.arg("mode") & 07777) == 0712, [&] {
      marks.find_or_make(h.current()).found([&](auto one) {
        one[&mark::times].add(1);
        one[&mark::uid].set(h.uid());
      });
    });
    h.when((h.arg("mode") & 07777) == 0713, [&] { marks.remove(h.current()); });
  });
  both.lsm("socket_create", [](dsl::hook& h) {
    h.task_storage<mark>("marks").find(h.current()).found([&](auto one) {
      h.when(one[&mark::times].get() == 2 && h.arg("family") == AF_PACKET, [&] { h.deny(EPERM); });
    });
  });
  return std::move(both).finish();
}

void make_directory(mode_t mode) {
  umask(0);
  rmdir("/tmp/marked");
  mkdir("/tmp/marked", mode);
}

checked<object> counted_opens(const btf::types& types) {
  return dsl::lsm(types, "file_open", [](dsl::hook& h) {
    auto opens = h.inode_storage<std::uint64_t>("opens");
    h.when(h.arg("file")["f_path.dentry"]["d_name.name"].text(16) == "three-times", [&] {
      opens.find_or_make(h.arg("file")["f_inode"]).found([&](auto one) {
        h.when(one.number().get() == 3, [&] { h.deny(EACCES); });
        one.number().add(1);
      });
    });
  });
}

checked<object> bound_sockets(const btf::types& types) {
  dsl::policy both(types);
  both.lsm("socket_bind", [](dsl::hook& h) {
    auto sk = h.arg("sock")["sk"];
    h.socket_storage<std::uint32_t>("bound").find_or_make(sk).found([](auto one) { one.number().set(1); });
  });
  both.lsm("socket_connect", [](dsl::hook& h) {
    auto sk = h.arg("sock")["sk"];
    h.socket_storage<std::uint32_t>("bound").find(sk).found([&](auto) { h.deny(EPERM); });
  });
  return std::move(both).finish();
}

checked<object> marked_cgroup(const btf::types& types) {
  return dsl::lsm(types, "socket_create", [](dsl::hook& h) {
    auto seen = h.cgroup_storage<std::uint64_t>("seen");
    h.when(h.arg("family") == AF_PACKET, [&] {
      seen.find_or_make(h.current()["cgroups"]["dfl_cgrp"]).found([&](auto one) {
        h.when(one.number().fetch_add(1) >= 1, [&] { h.deny(EPERM); });
      });
    });
  });
}

/// Connects a UDP socket, after a bind or without one. Returns 0 or the errno.
int try_udp(bool bind_first) {
  const int opened = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind_first && bind(opened, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return errno;
  to.sin_port = htons(9);
  const int outcome = connect(opened, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 ? 0 : errno;
  close(opened);
  return outcome;
}

/// The names of the fields of a map's value, in the BTF that the kernel has of it.
std::vector<std::string> fields_of_value(const loader::live_map& map) {
  const auto described = loader::describe_map(map.descriptor);
  REQUIRE(described);
  auto types = loader::open_id(loader::kernel_object::types, described->btf_id);
  REQUIRE(types);
  const auto size = loader::describe_btf(*types);
  REQUIRE(size);
  std::vector<std::byte> raw(size->btf_size);
  loader::abi::btf_info info{.btf = loader::abi::address(raw.data()), .btf_size = size->btf_size};
  loader::abi::info_by_fd kind{
      .bpf_fd = static_cast<std::uint32_t>(types->get()), .info_len = sizeof info, .info = loader::abi::address(&info)};
  REQUIRE(loader::bpf(loader::abi::command::obj_get_info_by_fd, kind) == 0);
  const auto parsed = btf::types::own(raw);
  REQUIRE(parsed);
  std::vector<std::string> names;
  for (const btf::member& each : parsed->at(static_cast<btf::type_id>(described->btf_value_type_id))->members())
    names.emplace_back(each.name);
  return names;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

// ---------------------------------------------------------------------------------------------------------- storages --

TEST_CASE("dsl: another program sees the storage of a task, and another task has none") {
  if (is_older_than(5, 11)) {
    CHECK(load_error_of(marked_tasks(small_kernel_types())) ==
          "this kernel does not support task storage, which came with Linux 5.11");
    SKIP("task storage came with Linux 5.11");
  }
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(marked_tasks(types));
    CHECK(in_child([] {
            const int before = try_socket(AF_PACKET);
            make_directory(0712);
            const int once = try_socket(AF_PACKET);
            make_directory(0712);
            const int twice = try_socket(AF_PACKET);
            make_directory(0713);
            const int removed = try_socket(AF_PACKET);
            return before == 0 && once == 0 && twice == EPERM && removed == 0 ? 0 : 1;
          }) == 0);
    CHECK(try_socket(AF_PACKET) == 0);
    CHECK(fields_of_value(*policy.find_map("marks")) == std::vector<std::string>{"times", "uid", "is_marked"});
  });
}

TEST_CASE("dsl: inode storage counts the opens of a file") {
  if (is_older_than(5, 10)) SKIP("inode storage came with Linux 5.10");
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(counted_opens(types));
    unlink("/tmp/three-times");
    make_file("/tmp/made-elsewhere");
    REQUIRE(rename("/tmp/made-elsewhere", "/tmp/three-times") == 0);
    for (const int expected : {0, 0, 0, EACCES, EACCES}) CHECK(try_open("/tmp/three-times") == expected);
  });
}

TEST_CASE("dsl: socket storage is removed with its socket") {
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(bound_sockets(types));
    CHECK(try_udp(true) == EPERM);
    CHECK(try_udp(false) == 0);
  });
}

TEST_CASE("dsl: each cgroup has its own storage") {
  if (is_older_than(6, 2)) {
    CHECK(load_error_of(marked_cgroup(small_kernel_types())) ==
          "this kernel does not support cgroup storage, which came with Linux 6.2");
    SKIP("cgroup storage came with Linux 6.2");
  }
  for_all_types([](const btf::types& types) {
    const temporary_cgroup one("dsl-one"), other("dsl-other");
    const auto policy = require_enforced(marked_cgroup(types));
    const auto twice_in = [](const temporary_cgroup& where) {
      return in_child([&] { return where.join() && try_socket(AF_PACKET) == 0 ? try_socket(AF_PACKET) : 255; });
    };
    CHECK(twice_in(one) == EPERM);
    CHECK(twice_in(other) == EPERM);
  });
}

// ------------------------------------------------------------------------------------------------------ maps of maps --

TEST_CASE("dsl: an inner map is replaced in one step") {
  const auto policy = require_enforced(dsl::lsm(small_kernel_types(), "socket_create", [](dsl::hook& h) {
    auto table = h.hash<std::uint32_t, std::uint32_t>("table", 16);
    auto tables = h.array_of("tables", table, 2);
    tables.find(0).found([&](auto now) { now.find(h.arg("family") & 0xffff).found([&](auto) { h.deny(EPERM); }); });
  }));
  const std::uint32_t packet = AF_PACKET, unix = AF_UNIX, yes = 1;
  CHECK(try_socket(AF_PACKET) == 0);
  REQUIRE(loader::write_element(*policy.find_map("table"), &packet, &yes));
  CHECK(try_socket(AF_PACKET) == EPERM);

  const auto other = loader::make_map(policy.find_map("table")->description);
  REQUIRE(other);
  REQUIRE(loader::update_element(other->get(), &unix, &yes));
  REQUIRE(loader::put(*policy.find_map("tables"), &first, *other));
  CHECK(try_socket(AF_PACKET) == 0);
  CHECK(try_socket(AF_UNIX) == EPERM);
}

TEST_CASE("dsl: a program changes the inner map of the current user") {
  constexpr std::uint32_t user = 4712;
  const auto policy = require_enforced(dsl::lsm(small_kernel_types(), "socket_create", [](dsl::hook& h) {
    auto table = h.hash<std::uint32_t, std::uint64_t>("table", 16);
    auto tables = h.hash_of<std::uint32_t>("tables", table, 16);
    tables.find(h.uid()).found([&](auto mine) {
      h.when(h.arg("family") == AF_UNIX, [&] { mine.remove(7); });
      h.when(h.arg("family") == AF_PACKET,
             [&] { mine.find(7).found([&](auto) { h.deny(EPERM); }, [&] { mine.put(7, h.time()); }); });
    });
  }));
  REQUIRE(loader::put(*policy.find_map("tables"), &user, policy.find_map("table")->descriptor));
  const auto try_as_user = [](int family) { return as_user(user, [=] { return try_socket(family); }); };
  // A packet socket needs a capability, and without it the kernel returns EPERM as well. So the map is checked instead.
  static_cast<void>(try_as_user(AF_PACKET));
  const std::uint32_t seven = 7;
  CHECK(loader::read_value<std::uint64_t>(*policy.find_map("table"), seven).has_value());
  CHECK(try_as_user(AF_UNIX) == 0);
  CHECK_FALSE(loader::read_value<std::uint64_t>(*policy.find_map("table"), seven).has_value());
}

TEST_CASE("dsl: a program continues in another, or in itself if there is none") {
  dsl::policy whole(small_kernel_types());
  whole.lsm("socket_create", [](dsl::hook& h) {
    auto next = h.programs("next", 4);
    h.when(h.arg("family") == AF_PACKET, [&] { next.enter(1); });
    h.when(h.arg("family") == AF_UNIX, [&] {
      next.enter(2);
      h.deny(ENODEV);
    });
  });
  whole.stage("next", 1, "socket_create", [](dsl::hook& h) { h.deny(EACCES); }, {.name = "second"});
  const auto policy = require_enforced(std::move(whole).finish());
  CHECK(policy.links.size() == 2);
  CHECK_FALSE(policy.links[1]);
  CHECK(try_socket(AF_PACKET) == EACCES);
  CHECK(try_socket(AF_UNIX) == ENODEV);
  CHECK(try_socket(AF_INET) == 0);
}

// --------------------------------------------------------------------------------------------------------- variables --

struct limits {
  std::uint32_t family, other;
};

TEST_CASE("dsl: a variable has its initial value, or one that is set before load") {
  const auto written = [] {
    return dsl::lsm(small_kernel_types(), "socket_create", [](dsl::hook& h) {
      auto refused = h.variable<std::uint64_t>("refused", 40).number();
      auto family = h.variable<std::uint32_t>("family", AF_PACKET).number();
      auto always = h.fixed<limits>("always", {AF_ALG, 0});
      h.when(h.arg("family") == family.get() || h.arg("family") == always[&limits::family], [&] {
        refused.add(1);
        h.deny(EPERM);
      });
    });
  };
  {
    const auto policy = require_enforced(written());
    CHECK(try_socket(AF_PACKET) == EPERM);
    CHECK(try_socket(AF_ALG) == EPERM);
    CHECK(*loader::read_value<std::uint64_t>(*policy.find_map("refused"), first) == 42);
    // User space cannot write a fixed variable either.
    const limits other{AF_INET, 0};
    CHECK_FALSE(loader::write_element(*policy.find_map("always"), &first, &other).has_value());
  }
  auto other = written();
  REQUIRE(other);
  REQUIRE(other->set("family", AF_UNIX));
  const auto policy = require_enforced(other);
  CHECK(try_socket(AF_PACKET) == 0);
  CHECK(try_socket(AF_UNIX) == EPERM);
}

TEST_CASE("dsl: each CPU counts for itself, and the values of all are read") {
  const auto policy = require_enforced(dsl::lsm(small_kernel_types(), "socket_create", [](dsl::hook& h) {
    auto counts = h.per_cpu<std::uint32_t>("counts", 2);
    h.when(h.arg("family") == AF_PACKET, [&] { counts.find(1).found([](auto one) { one.number().add(1); }); });
    auto seen = h.per_cpu_hash<std::uint32_t, std::uint64_t>("seen", 8);
    h.when(h.arg("family") == AF_PACKET, [&] { seen.put(h.arg("family") & 0xff, 5); });
  }));
  for (int i = 0; i < 10; ++i) static_cast<void>(try_socket(AF_PACKET));
  const std::uint32_t second = 1, packet = AF_PACKET;
  const auto counts = loader::read_per_cpu<std::uint32_t>(*policy.find_map("counts"), second);
  REQUIRE(counts);
  CHECK(std::accumulate(counts->begin(), counts->end(), 0u) == 10);
  const auto seen = loader::read_per_cpu<std::uint64_t>(*policy.find_map("seen"), packet);
  REQUIRE(seen);
  CHECK(std::ranges::count(*seen, 5u) >= 1);
}

TEST_CASE("dsl: atomic changes return the old value") {
  const auto written = dsl::lsm(small_kernel_types(), "socket_create", [](dsl::hook& h) {
    auto was = h.array<std::uint64_t>("was", 8);
    auto cell = h.variable<std::uint64_t>("cell", 0xf0).number();
    auto word = h.variable<std::uint32_t>("half", 7).number();
    const auto keep = [&](std::uint32_t index, const dsl::value& number) {
      was.find(index).found([&](auto one) { one.number().set(number); });
    };
    h.when(h.arg("family") == AF_PACKET, [&] {
      keep(0, cell.fetch_or(0x0f));                   // f0 -> ff
      keep(1, cell.fetch_and(0x3c));                  // ff -> 3c
      keep(2, cell.fetch_xor(0xff));                  // 3c -> c3
      keep(3, cell.exchange(5));                      // c3 -> 5
      keep(4, cell.compare_exchange(6, 9));           // 5 stays
      keep(5, cell.compare_exchange(5, 9));           // 5 -> 9
      keep(6, word.compare_exchange(7, 8));           // 7 -> 8
      keep(7, word.fetch_add(3));                     // 8 -> 11
      cell.or_(0x100);
      cell.xor_(1);
      cell.and_(0x108);
    });
  });
  if (is_older_than(5, 12)) {
    CHECK_FALSE(loader::load(*written).has_value());
    SKIP("changes that give what was there came with Linux 5.12");
  }
  const auto policy = require_enforced(written);
  static_cast<void>(try_socket(AF_PACKET));
  const std::uint64_t expected[] = {0xf0, 0xff, 0x3c, 0xc3, 5, 5, 7, 8};
  for (std::uint32_t i = 0; i < std::size(expected); ++i)
    CHECK(*loader::read_value<std::uint64_t>(*policy.find_map("was"), i) == expected[i]);
  CHECK(*loader::read_value<std::uint64_t>(*policy.find_map("cell"), first) == 0x108);
  CHECK(*loader::read_value<std::uint32_t>(*policy.find_map("half"), first) == 11);
}
TEST_SUITE_END();
