// Policies of the DSL, enforced on a real kernel. Each is written three times: against the types of the running kernel, of an
// artificial one (dsl_kernel.hpp), and of each BTF file in /tests/btf.
#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/asm/dsl/dsl_guest.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

struct heap_protected {
  std::uint64_t start, end, prot;
};

checked<object> mprotect_audit(const btf::types& kernel, const dsl::options& how = {}) {
  return dsl::lsm(
      kernel, "file_mprotect",
      [](dsl::hook& h) {
        auto vma = h.arg("vma");
        auto mm = vma["vm_mm"];
        h.when(vma["vm_start"] >= mm["start_brk"] && vma["vm_end"] <= mm["brk"],
               [&] { h.deny(EPERM, dsl::record<heap_protected>(vma["vm_start"], vma["vm_end"], h.arg("prot"))); });
      },
      how);
}

checked<object> deny_families(const btf::types& kernel, const dsl::options& how = {}) {
  return dsl::lsm(
      kernel, "socket_create",
      [](dsl::hook& h) { h.when(h.arg("kern") == 0 && h.arg("family").in({AF_PACKET, AF_ALG}), [&] { h.deny(EPERM); }); }, how);
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("dsl: a policy built against the types of another kernel is enforced on this one") {
  for (const char* built_on : {"/tests/btf/6.12", "/tests/btf/5.10"}) {
    CAPTURE(built_on);
    const auto types = std::ranges::find(all_types(), built_on, &types_of::name);
    REQUIRE(types != all_types().end());  // copied into the guest by tests/vm/lsm.sh
    const auto policy = require_enforced(mprotect_audit(types->types));
    CHECK(try_heap_mprotect() == EPERM);
    CHECK(try_mapped_mprotect() == 0);
    CHECK(events_of<heap_protected>(policy).size() == 1);
  }
}

TEST_CASE("dsl: a set of small numbers contains these and no others, also not those equal modulo 64") {
  const auto policy = require_enforced(dsl::lsm(all_types().front().types, "socket_create", [](dsl::hook& h) {
    h.when(h.arg("family") == AF_UNIX && h.arg("protocol").in({1, 5, 17, 40, 63}), [&] { h.deny(EACCES); });
  }));
  const auto try_protocol = [](int protocol) { return socket(AF_UNIX, SOCK_STREAM, protocol) < 0 ? errno : 0; };
  for (const int in : {5, 17, 40, 63}) CHECK(try_protocol(in) == EACCES);
  for (const int out : {2, 4, 62, 64, 64 + 5, 127, -1, -64 + 5, INT32_MIN + 5, INT32_MAX}) {
    CAPTURE(out);
    CHECK(try_protocol(out) == EPROTONOSUPPORT);
  }
}

TEST_CASE("dsl: mprotect on the heap is denied and reported, elsewhere it is allowed") {
  for_all_types([](const btf::types& types) {
    for (const auto events : {dsl::channel::ring_buffer, dsl::channel::perf_buffer}) {
      const auto policy = require_enforced(mprotect_audit(types, {.events = events}));
      auto reader = loader::event_reader::open(*policy.find_map(reserved::events));
      REQUIRE(reader);
      CHECK(try_heap_mprotect() == EPERM);
      CHECK(try_mapped_mprotect() == 0);
      std::vector<heap_protected> seen;
      reader->drain([&](bytes record) { seen.push_back(read_as<heap_protected>(record.data())); });
      REQUIRE(seen.size() == 1);
      CHECK(seen[0].prot == PROT_READ);
      CHECK(seen[0].start < seen[0].end);
    }
  });
}

TEST_CASE("dsl: a listed family is denied on every call, others are allowed") {
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(deny_families(types));
    int passed = 0;
    for (int i = 0; i < 2000; ++i) passed += try_socket(AF_PACKET) != EPERM;
    CHECK(passed == 0);
    CHECK(try_socket(AF_ALG) == EPERM);
    CHECK(try_socket(AF_INET) == 0);
    CHECK(try_socket(AF_UNIX) == 0);
  });
}

TEST_CASE("dsl: a program does not apply to processes outside its scope") {
  constexpr uid_t user = 4711;
  const btf::types& types = small_kernel_types();
  {
    const auto policy = require_enforced(deny_families(types, {.scope = scope::uid(user)}));
    CHECK(as_user(user, [] { return try_socket(AF_PACKET); }) == EPERM);
    CHECK(as_user(user, [] { return try_socket(AF_UNIX); }) == 0);
    CHECK(try_socket(AF_PACKET) == 0);
  }
  {
    const auto policy = require_enforced(deny_families(types, {.scope = scope::pid(static_cast<std::uint32_t>(getpid()))}));
    CHECK(try_socket(AF_PACKET) == EPERM);
    CHECK(in_child([] { return try_socket(AF_PACKET); }) == 0);
  }
  const temporary_cgroup bound("dsl-bound");
  const auto policy = require_enforced(deny_families(types, {.scope = scope::cgroup(bound.path())}));
  CHECK(in_child([&] { return bound.join() ? try_socket(AF_PACKET) : 255; }) == EPERM);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("dsl: a dry run reports and denies nothing") {
  auto policy = mprotect_audit(small_kernel_types());
  REQUIRE(policy);
  dsl::dry_run(*policy);
  const auto running = require_enforced(policy);
  CHECK(try_heap_mprotect() == 0);
  CHECK(events_of<heap_protected>(running).size() >= 1);
}

TEST_CASE("dsl: a program without a verdict keeps another program's denial, before or after it") {
  const auto denying = [](int family, int number) {
    return dsl::lsm(small_kernel_types(), "socket_create",
                    [&](dsl::hook& h) { h.when(h.arg("family") == family, [&] { h.deny(number); }); });
  };
  const auto first = require_enforced(denying(AF_ALG, EACCES));
  const auto second = require_enforced(denying(AF_PACKET, ENODEV));
  const auto third = require_enforced(denying(AF_ALG, EPERM));
  CHECK(try_socket(AF_PACKET) == ENODEV);
  CHECK(try_socket(AF_ALG) != 0);
  CHECK(try_socket(AF_UNIX) == 0);
}

struct opened {
  std::uint32_t pid, uid;
  std::array<char, 16> comm;
  std::array<char, 32> name;
};

struct opened_path {
  std::uint32_t pid, reserved;
  std::array<char, 64> path;
};

/// Makes the file under another name and then renames it, so that a rule about opening the name does not apply.
void make_file_elsewhere(const char* path) {
  make_file("/tmp/made-elsewhere");
  std::rename("/tmp/made-elsewhere", path);
}

TEST_CASE("dsl: a rule can use file names, the task's name and a counter in a map") {
  make_file("/tmp/secret-plan");
  make_file("/tmp/open-plan");
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(dsl::lsm(types, "file_open", [](dsl::hook& h) {
      auto name = h.arg("file")["f_path.dentry"]["d_name"]["name"].text(32);
      auto hits = h.hash<std::uint32_t, std::uint64_t>("hits", 100);
      h.when(name.starts_with("secret") && h.comm() != "keeper", [&] {
        hits.find(h.uid()).found([](auto seen) { seen.number().add(1); }, [&] { hits.put(h.uid(), 1); });
        h.deny(EACCES, dsl::record<opened>(h.pid(), h.uid(), h.comm(), name));
      });
    }));
    CHECK(try_open("/tmp/secret-plan") == EACCES);
    CHECK(try_open("/tmp/secret-plan") == EACCES);
    CHECK(try_open("/tmp/open-plan") == 0);
    const auto all = events_of<opened>(policy);
    REQUIRE(all.size() == 2);
    CHECK(all[0].pid == static_cast<std::uint32_t>(getpid()));
    CHECK(all[0].uid == 0);
    CHECK(std::string_view(all[0].name.data()) == "secret-plan");
    CHECK(std::strlen(all[0].comm.data()) > 0);
  });
}

struct odd_name {
  std::array<char, 13> name;
  std::uint8_t first, second, third;
};

TEST_CASE("dsl: names of every length are compared whole and by prefix, and reported in fields of odd sizes") {
  const std::string alphabet = "abcdefghijklmnopqrstuvwxyz";
  for (const std::size_t length : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u, 11u, 13u, 15u, 17u, 23u}) {
    CAPTURE(length);
    const std::string name = alphabet.substr(0, length), longer = name + "!";
    const auto policy = require_enforced(dsl::lsm(small_kernel_types(), "file_open", [&](dsl::hook& h) {
      auto found = h.arg("file")["f_path.dentry"]["d_name.name"];
      auto whole = found.text(static_cast<std::uint32_t>(length + 2));
      h.when(whole == name, [&] { h.deny(EACCES, dsl::record<odd_name>(found.text(13), 1, 2, 3)); });
      h.when(whole.starts_with(name), [&] { h.deny(EPERM); });
    }));
    for (const std::string& each : {name, longer, longer + "!!", name.substr(1)}) make_file_elsewhere(("/tmp/" + each).c_str());
    CHECK(try_open(("/tmp/" + name).c_str()) == EACCES);
    CHECK(try_open(("/tmp/" + longer).c_str()) == EPERM);
    CHECK(try_open(("/tmp/" + longer + "!!").c_str()) == EPERM);
    if (length > 1) CHECK(try_open(("/tmp/" + name.substr(1)).c_str()) == 0);
    const auto seen = events_of<odd_name>(policy);
    REQUIRE(seen.size() == 1);
    CHECK(std::string_view(seen[0].name.data()) == name.substr(0, 12));
    CHECK(seen[0].first == 1);
    CHECK(seen[0].third == 3);
  }
}

TEST_CASE("dsl: a sockaddr is cast to a sockaddr_in") {
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(dsl::lsm(types, "socket_connect", [](dsl::hook& h) {
      auto address = h.arg("address");
      auto in = address.as("sockaddr_in");
      h.when(address["sa_family"] == AF_INET && in["sin_port"].from_network() == 25 &&
                 (in["sin_addr.s_addr"].from_network() & 0xff000000) == 0x7f000000,
             [&] { h.deny(EPERM); });
    }));
    const auto try_connect = [](std::uint16_t port) {
      const int opened = socket(AF_INET, SOCK_DGRAM, 0);
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(port);
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      const int outcome = connect(opened, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 ? 0 : errno;
      close(opened);
      return outcome;
    };
    CHECK(try_connect(25) == EPERM);
    CHECK(try_connect(26) != EPERM);
  });
}

/// Connects a datagram socket, which sends nothing. Returns 0 or the errno.
int try_connect(const char* to, std::uint16_t port) {
  const bool is_ipv6 = std::strchr(to, ':') != nullptr;
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  inet_pton(is_ipv6 ? AF_INET6 : AF_INET, to, is_ipv6 ? static_cast<void*>(&six.sin6_addr) : &four.sin_addr);
  const int opened = socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
  const auto* address = is_ipv6 ? reinterpret_cast<const sockaddr*>(&six) : reinterpret_cast<const sockaddr*>(&four);
  const int outcome = connect(opened, address, is_ipv6 ? sizeof six : sizeof four) == 0 ? 0 : errno;
  close(opened);
  return outcome;
}

struct connected {
  std::uint64_t port;
};

TEST_CASE("dsl: networks of either family contain their addresses and no others") {
  struct row {
    const char* network;
    std::vector<const char*> inside, outside;
  };
  const row rows[] = {
      {"10.0.0.0/8",
       {"10.0.0.1", "10.255.255.255", "::ffff:10.1.2.3"},
       {"11.0.0.0", "9.255.255.255", "::10.1.2.3", "::ffff:11.0.0.1"}},
      {"192.168.4.0/22", {"192.168.4.1", "192.168.7.255"}, {"192.168.8.1", "192.168.3.255"}},
      {"127.0.0.1", {"127.0.0.1"}, {"127.0.0.2", "::1"}},
      {"0.0.0.0/0", {"1.2.3.4", "::ffff:1.2.3.4"}, {"2001:db8::1"}},
      {"2001:db8::/32", {"2001:db8::1", "2001:db8:ffff::"}, {"2001:db9::1", "2001:db7::1", "32.1.13.184"}},
      {"fe80::/10", {"fe80::1", "febf::1"}, {"fec0::1"}},
      {"2001:db8::1:0/113", {"2001:db8::1:7fff"}, {"2001:db8::1:8000", "2001:db8:0:1::1:1"}},
      {"::1", {"::1"}, {"::2", "127.0.0.1"}},
      {"::/0", {"2001:db8::1"}, {"1.2.3.4"}},
  };
  for_all_types([&](const btf::types& types) {
    for (const row& each : rows) {
      CAPTURE(each.network);
      const auto policy = require_enforced(dsl::lsm(types, "socket_connect", [&](dsl::hook& h) {
        const dsl::socket_address to(h.arg("address"));
        h.when(to.in(each.network) && to.port() == 4711, [&] { h.deny(EACCES, dsl::record<connected>(to.port())); });
      }));
      for (const char* address : each.inside) {
        CAPTURE(address);
        CHECK(try_connect(address, 4711) == EACCES);
        CHECK(try_connect(address, 4712) != EACCES);
      }
      for (const char* address : each.outside) {
        CAPTURE(address);
        CHECK(try_connect(address, 4711) != EACCES);
      }
      for (const connected& seen : events_of<connected>(policy)) CHECK(seen.port == 4711);
    }
  });
}

TEST_CASE("dsl: the current task is followed on every kernel") {
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(dsl::lsm(types, "socket_create", [](dsl::hook& h) {
      h.when(h.arg("family") == AF_PACKET && h.current()["real_parent"]["tgid"] == static_cast<int>(getpid()),
             [&] { h.deny(EPERM); });
    }));
    CHECK(try_socket(AF_PACKET) == 0);
    CHECK(in_child([] { return try_socket(AF_PACKET); }) == EPERM);
  });
}

TEST_CASE("dsl: a narrow argument has the width of its type") {
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(
        dsl::lsm(types, "inode_mkdir", [](dsl::hook& h) { h.when((h.arg("mode") & 07777) == 0711, [&] { h.deny(EPERM); }); }));
    umask(0);
    CHECK(mkdir("/tmp/dsl-711", 0711) == -1);
    CHECK(mkdir("/tmp/dsl-755", 0755) == 0);
    rmdir("/tmp/dsl-755");
  });
}

TEST_CASE("dsl: a null argument makes the condition false") {
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(dsl::lsm(types, "mmap_file", [](dsl::hook& h) {
      h.when((h.arg("prot") & PROT_EXEC) != 0 && h.arg("file")["f_inode"]["i_nlink"] == 0, [&] { h.deny(EPERM); });
    }));
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    const int deleted = memfd_create("deleted", 0);
    REQUIRE(ftruncate(deleted, 4096) == 0);
    CHECK(mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, deleted, 0) == MAP_FAILED);
    close(deleted);
  });
}

TEST_CASE("dsl: a loop with a map lookup runs in the kernel") {
  const auto policy = require_enforced(dsl::lsm(small_kernel_types(), "socket_create", [](dsl::hook& h) {
    auto rounds = h.array<std::uint64_t>("rounds", 4);
    h.when(h.arg("family") == AF_PACKET, [&] {
      h.bounded(10, [&](dsl::value i) { rounds.find(i & 3).found([](auto one) { one.number().add(1); }); });
      h.deny(EPERM);
    });
  }));
  CHECK(try_socket(AF_PACKET) == EPERM);
}

TEST_CASE("dsl: a variable is shared by user space and the program") {
  const auto policy = require_enforced(dsl::lsm(small_kernel_types(), "socket_create", [](dsl::hook& h) {
    auto refused = h.variable<std::uint64_t>("refused").number();
    auto family = h.variable<std::uint32_t>("family").number();
    h.when(h.arg("family") == family.get(), [&] {
      refused.add(1);
      h.deny(EPERM);
    });
  }));
  CHECK(try_socket(AF_PACKET) == 0);
  const std::uint32_t first = 0;
  const std::uint64_t packet = AF_PACKET;
  REQUIRE(loader::update_element(policy.find_map("family")->descriptor.get(), &first, &packet));
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(try_socket(AF_UNIX) == 0);
  CHECK(*loader::read_counter(*policy.find_map("refused")) == 1);
}

TEST_CASE("dsl: a dry run is switched on and off while the policy is enforced") {
  const auto policy = require_enforced(deny_families(small_kernel_types(), {.dry_runs = dsl::dry_runs::while_attached}));
  const std::uint32_t first = 0;
  for (const std::uint64_t dry : {0u, 1u, 0u}) {
    REQUIRE(loader::update_element(policy.find_map(reserved::dry_run)->descriptor.get(), &first, &dry));
    CHECK(try_socket(AF_PACKET) == (dry != 0 ? 0 : EPERM));
  }
}

TEST_CASE("dsl: after its deadline a program allows everything") {
  timespec now{};
  REQUIRE(clock_gettime(CLOCK_BOOTTIME, &now) == 0);
  for (const int ahead : {-1, 1000}) {
    auto policy = deny_families(small_kernel_types(), {.lifetime = dsl::lifetime::deadline});
    REQUIRE(policy);
    REQUIRE(policy->set(reserved::deadline, static_cast<std::uint64_t>(now.tv_sec + ahead) * 1'000'000'000));
    const auto running = require_enforced(policy);
    CHECK(try_socket(AF_PACKET) == (ahead < 0 ? 0 : EPERM));
  }
}

struct made {
  std::uint32_t hook, pid;
};

TEST_CASE("dsl: programs share one record type, and the lost events of each are counted separately") {
  enum { socket_created = 1, directory_made = 2 };
  constexpr int calls = 20'000, directories = 3;
  for (const auto events : {dsl::channel::ring_buffer, dsl::channel::perf_buffer}) {
    dsl::policy both(small_kernel_types());
    both.lsm("socket_create",
             [](dsl::hook& h) {
               h.when(h.arg("family") == AF_PACKET, [&] { h.deny(EPERM, dsl::record<made>(socket_created, h.pid())); });
             },
             {.events = events});
    both.lsm("inode_mkdir",
             [](dsl::hook& h) {
               h.when((h.arg("mode") & 07777) == 0711, [&] { h.deny(EPERM, dsl::record<made>(directory_made, h.pid())); });
             },
             {.events = events});
    const auto policy = require_enforced(std::move(both).finish());
    auto reader = loader::event_reader::open(*policy.find_map(reserved::events));
    REQUIRE(reader);
    umask(0);
    CHECK(mkdir("/tmp/dsl-counted", 0711) == -1);
    int passed = 0;
    for (int i = 0; i < calls; ++i) passed += try_socket(AF_PACKET) != EPERM;
    CHECK(passed == 0);
    for (int i = 0; i < directories; ++i) CHECK(mkdir("/tmp/dsl-counted", 0711) == -1);

    std::size_t sockets = 0, made_directories = 0;
    reader->drain([&](bytes record) { ++(read_as<made>(record.data()).hook == socket_created ? sockets : made_directories); });
    const auto lost = loader::read_counters(*policy.find_map(reserved::lost));
    REQUIRE(lost);
    REQUIRE(lost->size() == 2);
    CHECK(made_directories == 1);
    CHECK((*lost)[1] == directories);
    CHECK((*lost)[0] > 0);
    CHECK(sockets + (*lost)[0] == calls);
    CHECK(*loader::read_counter(*policy.find_map(reserved::lost)) == calls - sockets + directories);
  }
}

TEST_CASE("dsl: a program attached to a cgroup denies there and nowhere else") {
  if (loader::running_kernel() < loader::kernel_version{6, 0}) SKIP("programs for a cgroup came with Linux 6.0");
  const temporary_cgroup bound("dsl-attached");
  const auto policy =
      require_enforced(dsl::lsm(small_kernel_types(), "socket_create",
                                [](dsl::hook& h) { h.when(h.arg("family") == AF_PACKET, [&] { h.deny(EACCES); }); },
                                {.attach = attach_kind::lsm_cgroup}),
                       {.attach_cgroup = bound.path(), .despite_faults = true});
  CHECK(in_child([&] { return bound.join() ? try_socket(AF_PACKET) : 255; }) == EACCES);
  CHECK(in_child([&] { return bound.join() ? try_socket(AF_UNIX) : 255; }) == 0);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("dsl: a dry run of a program attached to a cgroup denies nothing") {
  if (loader::running_kernel() < loader::kernel_version{6, 0}) SKIP("programs for a cgroup came with Linux 6.0");
  const temporary_cgroup bound("dsl-dry");
  auto policy = deny_families(small_kernel_types(), {.attach = attach_kind::lsm_cgroup});
  REQUIRE(policy);
  dsl::dry_run(*policy);
  const auto running = require_enforced(policy, {.attach_cgroup = bound.path(), .despite_faults = true});
  CHECK(in_child([&] { return bound.join() ? try_socket(AF_PACKET) : 255; }) == 0);
}

TEST_CASE("dsl: a whole path is compared and reported, in a hook that permits it") {
  if (loader::running_kernel() < loader::kernel_version{6, 1}) SKIP("on 5.10 no hook permits bpf_d_path");
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(dsl::lsm(types, "file_open", [](dsl::hook& h) {
      auto path = h.arg("file")["f_path"].path(64);
      h.when(path.starts_with("/tmp/vault/", dsl::unknown::counts_as_true) || path == "/tmp/key",
             [&] { h.deny(EACCES, dsl::record<opened_path>(h.pid(), 0, path)); });
    }));
    mkdir("/tmp/vault", 0755);
    for (const char* each : {"/tmp/vault/gold", "/tmp/key", "/tmp/keys"}) make_file_elsewhere(each);
    CHECK(try_open("/tmp/vault/gold") == EACCES);
    CHECK(try_open("/tmp/key") == EACCES);
    CHECK(try_open("/tmp/keys") == 0);
    const auto all = events_of<opened_path>(policy);
    REQUIRE(all.size() == 2);
    CHECK(std::string_view(all[0].path.data()) == "/tmp/vault/gold");
  });
}

/// Opens "file" in a directory of these many characters below the working directory, which is left where it is.
int open_below(unsigned length) {
  return in_child([=] {
    constexpr unsigned longest_name = 200;
    for (unsigned left = length; left > 0;) {
      const std::string name(std::min(left, longest_name), 'd');
      mkdir(name.c_str(), 0755);
      if (chdir(name.c_str()) != 0) return errno;
      left -= static_cast<unsigned>(name.size());
    }
    const int file = open("file", O_CREAT | O_RDONLY | O_CLOEXEC, 0600);
    return file < 0 ? errno : 0;
  });
}

TEST_CASE("dsl: a rule by the beginning of a path also applies to long paths, and to those that are too long to be known") {
  if (loader::running_kernel() < loader::kernel_version{6, 1}) SKIP("on 5.10 no hook permits bpf_d_path");
  const auto& types = small_kernel_types();
  for (const auto& [otherwise, unknown_result] :
       {std::pair{dsl::unknown::counts_as_true, EACCES}, {dsl::unknown::counts_as_false, 0}}) {
    const auto policy = require_enforced(dsl::lsm(types, "file_open", [&](dsl::hook& h) {
      h.when(h.arg("file")["f_path"].path(32).starts_with("/tmp/vault/", otherwise), [&] { h.deny(EACCES); });
    }));
    for (const auto& [directory, below, expected] : {std::tuple{"/tmp/vault", 20, EACCES},
                                                     {"/tmp/vault", 100, EACCES},
                                                     {"/tmp/vault", 3000, EACCES},
                                                     {"/tmp/vault", 5000, unknown_result},
                                                     {"/tmp/other", 100, 0},
                                                     {"/tmp/other", 3000, 0}}) {
      mkdir(directory, 0755);
      REQUIRE(in_child([&] { return chdir(directory); }) == 0);
      const int result = in_child(
          [&, at = directory, deep = static_cast<unsigned>(below)] { return chdir(at) != 0 ? errno : open_below(deep); });
      CAPTURE(directory);
      CAPTURE(below);
      CHECK(result == expected);
    }
  }
}

struct opened_bytes {
  std::array<std::uint8_t, 6> name;
  std::uint16_t reserved;
};

TEST_CASE("dsl: bytes are compared and reported unchanged") {
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(dsl::lsm(types, "file_open", [](dsl::hook& h) {
      auto name = h.arg("file")["f_path.dentry"]["d_name.name"];
      const std::array<std::uint8_t, 5> expected = {'b', 'y', 't', 'e', '-'};
      h.when(name.bytes(6) == expected && name.bytes(6) != std::array<std::uint8_t, 6>{'b', 'y', 't', 'e', '-', '2'},
             [&] { h.deny(EACCES, dsl::record<opened_bytes>(name.bytes(6), 0)); });
    }));
    for (const char* each : {"/tmp/byte-1", "/tmp/byte-2"}) {
      make_file("/tmp/made-elsewhere");
      REQUIRE(std::rename("/tmp/made-elsewhere", each) == 0);
    }
    CHECK(try_open("/tmp/byte-1") == EACCES);
    CHECK(try_open("/tmp/byte-2") == 0);
    const auto all = events_of<opened_bytes>(policy);
    REQUIRE(all.size() == 1);
    CHECK(std::string_view(reinterpret_cast<const char*>(all[0].name.data()), 6) == "byte-1");
  });
}

TEST_CASE("dsl: a sleepable program denies like any other") {
  if (loader::running_kernel() < loader::kernel_version{6, 1}) SKIP("on 5.10 no hook that decides takes a program that sleeps");
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(
        dsl::lsm(types, "file_open",
                 [](dsl::hook& h) {
                   auto tries = h.hash<std::uint32_t, std::uint64_t>("tries", 16);
                   h.when(h.arg("file")["f_path.dentry"]["d_name.name"].text(16) == "sleepable", [&] {
                     tries.find(h.pid()).found([](auto one) { one.number().add(1); }, [&] { tries.put(h.pid(), 1); });
                     h.deny(EACCES, dsl::record<std::uint64_t>(h.time()));
                   });
                 },
                 {.sleepable = true}));
    make_file_elsewhere("/tmp/sleepable");
    CHECK(try_open("/tmp/sleepable") == EACCES);
    CHECK(try_open("/tmp/sleepable") == EACCES);
    CHECK(events_of<std::uint64_t>(policy).size() == 2);
  });
}
TEST_SUITE_END();
