// The options that every ready-made policy has: exemptions, disarmed, decision counts. And a policy of several hooks is
// enforced as a whole or not at all.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/options/files.hpp>
#include <lsmith/programs/policy/decision_counts.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>
#include <lsmith/tests/harness/process/network.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

const programs::option_values packet = {{"family", "AF_PACKET"}};

int try_packet() { return try_socket(AF_PACKET); }

/// Runs this test program from another path, where it tries to create a packet socket. Its exit status is the errno.
int try_packet_as(const std::string& executable) {
  execl(executable.c_str(), executable.c_str(), "--test-case=a packet socket is tried*", "--no-skip", nullptr);
  return 254;
}

const std::string own_path = "/tests/vm", copied_path = "/tmp/vm-copy", linked_path = "/tmp/vm-link";

}  // namespace

TEST_SUITE_BEGIN("lsm");

// Run by try_packet_as() in a new process.
TEST_CASE("a packet socket is tried, and the exit status is its errno" * doctest::skip()) { _exit(try_packet()); }

TEST_CASE("an exempt uid is not bound, and other uids are") {
  const auto policy =
      require_enforced(made("deny-socket-family", {{"family", "AF_UNIX"}}, {.except = {.uids = {4711, 4713}}}).whole);
  const auto attack = [] { return try_socket(AF_UNIX); };
  CHECK(as_user(4711, attack) == 0);
  CHECK(as_user(4712, attack) == EPERM);
  CHECK(as_user(4713, attack) == 0);
  CHECK(in_child(attack) == EPERM);
  CHECK(events_of<programs::event>(policy).size() == 2);
}

TEST_CASE("an exempt cgroup and those below it are not bound") {
  const temporary_cgroup first("lsmith-free"), second("lsmith-free-2"), below("lsmith-free-2/below"), sibling("lsmith-sibling");
  const auto whole = made("deny-socket-family", packet, {.except = {.cgroups = {first.path(), second.path()}}}).whole;
  const auto policy = require_enforced(whole);
  CHECK(in_child([&] { return first.join() ? try_packet() : 255; }) == 0);
  CHECK(in_child([&] { return second.join() ? try_packet() : 255; }) == 0);
  CHECK(in_child([&] { return below.join() ? try_packet() : 255; }) == 0);
  CHECK(in_child([&] { return sibling.join() ? try_packet() : 255; }) == EPERM);
  CHECK(try_packet() == EPERM);
}

TEST_CASE("an exempt cgroup that does not exist is an error") {
  const auto refused =
      loader::enforce(made("deny-socket-family", packet, {.except = {.cgroups = {"/sys/fs/cgroup/absent"}}}).whole);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().why() == cause::cgroup_invalid);
  CHECK(try_packet() == 0);
}

TEST_CASE("an exempt executable is identified by its file, whatever its path or comm") {
  std::filesystem::copy_file(own_path, copied_path, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::remove(linked_path);
  std::filesystem::create_symlink(own_path, linked_path);
  const auto known = programs::identify_executable(linked_path);
  REQUIRE(known);
  const auto copied = programs::identify_executable(copied_path);
  REQUIRE(copied);
  CHECK(known->file != copied->file);

  const auto policy = require_enforced(made("deny-socket-family", packet, {.except = {.executables = {*copied}}}));
  CHECK(try_packet() == EPERM);
  CHECK(in_child([] { return try_packet_as(own_path); }) == EPERM);
  CHECK(in_child([] { return try_packet_as(linked_path); }) == EPERM);
  CHECK(in_child([] { return try_packet_as(copied_path); }) == 0);

  // A comm that a process chooses has no effect.
  CHECK(in_child([] {
          prctl(PR_SET_NAME, "vm-copy");
          return try_packet();
        }) == EPERM);
  std::filesystem::remove(copied_path);
  std::filesystem::remove(linked_path);
}

TEST_CASE("an exempt executable is another one when its inode has another generation") {
  std::filesystem::copy_file(own_path, copied_path, std::filesystem::copy_options::overwrite_existing);
  const auto known = programs::identify_executable(copied_path);
  REQUIRE(known);
  for (const std::uint64_t generation : {known->generation ^ 1, std::uint64_t{programs::exempt_file::any_generation}}) {
    CAPTURE(generation);
    const bool is_exempt = generation == programs::exempt_file::any_generation;
    if (!is_exempt && known->generation == programs::exempt_file::any_generation) continue;  // the file system does not tell it
    const auto policy = require_enforced(
        made("deny-socket-family", packet, {.except = {.executables = {{.file = known->file, .generation = generation}}}}));
    CHECK(in_child([] { return try_packet_as(copied_path); }) == (is_exempt ? 0 : EPERM));
  }
  std::filesystem::remove(copied_path);
}

TEST_CASE("a disarmed policy allows everything and reports nothing, until it is armed") {
  const auto policy = require_enforced(made("deny-socket-family", packet, {.disarmed = true}).whole);
  CHECK(try_packet() == 0);
  CHECK(events_of<programs::event>(policy).empty());
  const std::uint32_t first = 0;
  const std::uint64_t armed = 1;
  REQUIRE(loader::update_element(policy.find_map(reserved::armed)->descriptor.get(), &first, &armed));
  CHECK(try_packet() == EPERM);
  CHECK(events_of<programs::event>(policy).size() == 1);
}

TEST_CASE("decision counts have one entry for each kind of decision, with the executable, and none for exempt processes") {
  const auto policy =
      require_enforced(made("deny-socket-family", packet, {.count_decisions = true, .except = {.uids = {4711}}}).whole);
  for (int i = 0; i < 5; ++i) CHECK(try_packet() == EPERM);
  CHECK(as_user(4712, try_packet) == EPERM);
  CHECK(as_user(4711, try_packet) == EPERM);  // exempt, but the kernel itself denies it without CAP_NET_RAW
  const auto rows = programs::read_decision_counts(*policy.find_map(reserved::decisions));
  REQUIRE(rows);
  REQUIRE(rows->size() == 2);
  CHECK((*rows)[0].seen.count == 5);
  CHECK((*rows)[0].key.uid == 0);
  CHECK((*rows)[0].key.rule == 0);
  CHECK((*rows)[0].key.value == AF_PACKET);
  CHECK((*rows)[0].key.retval == -EPERM);
  CHECK((*rows)[0].executable() == "vm");
  CHECK((*rows)[0].seen.first <= (*rows)[0].seen.last);
  CHECK((*rows)[1].seen.count == 1);
  CHECK((*rows)[1].key.uid == 4712);
  const auto uncounted = loader::read_counter(*policy.find_map(reserved::uncounted));
  REQUIRE(uncounted);
  CHECK(*uncounted == 0);
}

TEST_CASE("a policy of several hooks is enforced as a whole, or not at all") {
  auto policy = made("deny-writable-code");
  REQUIRE(policy.whole.programs.size() == 3);
  const std::size_t before = open_descriptors();
  {
    auto broken = policy.whole;
    broken.programs[1].hook = "file_mprotekt";
    CHECK_FALSE(loader::enforce(broken).has_value());
    CHECK(in_child(try_heap_mprotect) == 0);
  }
  CHECK(open_descriptors() == before);
}

/// Options with which a policy has more programs or maps than without, or which it needs.
programs::option_values most_options(std::string_view policy) {
  if (policy == "protect-files") return {{"path", "/bin,/bin/absent"}, {"below", "/bin"}, {"reading", ""}};
  if (policy == "exec-only-from") return {{"trust", "/,/proc"}};
  if (policy == "verity-exec") return {{"trust", "/"}};
  if (policy == "exec-allow") return {{"allow", "/bin"}};
  if (policy == "limit-capabilities") return {{"keep", "CAP_CHOWN"}, {"no-new-privs", ""}};
  if (policy == "deny-drift") return {{"overlay-only", ""}};
  if (policy == "allow-egress" || policy == "allow-ingress") {
    static const rules_file rules("127.0.0.0/8 80\n");
    return {{"rules", rules.path}};
  }
  if (policy == "guard-mounts") return {{"unmounting", ""}};
  return {};
}

TEST_CASE("every ready-made policy loads with every choice, and only on the hooks that it names") {
  for (const programs::ready_made* policy : programs::catalogue()) {
    if (policy->name == "deny-socket-family") continue;  // all other tests use it
    CAPTURE(policy->name);
    const programs::common_choices all_of_them[] = {
        {.events = programs::event_channel::none},
        {.scope = scope::uid(4711),
         .count_decisions = true,
         .expires = true,
         .disarmed = true,
         .except = {.uids = {1, 2, 3}, .executables = {{.file = {1, 2, 0}}}}},
        {.events = programs::event_channel::perf_buffer},
    };
    for (const programs::common_choices& choices : all_of_them) {
      const programs::chosen_policy chosen[] = {{policy, most_options(policy->name)}};
      const auto made = programs::make(chosen, choices, kernel_types());
      if (!made && made.error()[0].why == cause::kernel_too_old) continue;
      if (!made) MESSAGE(to_string(made.error()));
      REQUIRE(made);
      for (const program& one : made->whole.programs)
        CHECK((" " + std::string(policy->hooks) + " task_prctl file_ioctl file_ioctl_compat ").find(" " + one.hook + " ") !=
              std::string::npos);  // for exemptions
      const auto loaded = loader::load(made->whole, {.contents = made->contents});
      if (!loaded) MESSAGE(to_string(loaded.error()) << "\n" << loaded.error().log);
      CHECK(loaded.has_value());
    }
  }
}

// Such as guard-bpf: the programs that it attaches first may deny attaching the others.
TEST_CASE("every ready-made policy can be enforced for the whole machine without an exemption, and ends in time") {
  for (const programs::ready_made* policy : programs::catalogue()) {
    CAPTURE(policy->name);
    std::vector<std::string> words{"run", std::string(policy->name), "--system", "--for", "1ms"};
    if (policy->name == "deny-socket-family") words.push_back("--family=AF_PACKET");
    for (const auto& [name, value] : most_options(policy->name))
      words.push_back("--" + name + (value.text.empty() ? "" : "=" + value.text));
    const outcome said = lsmith_says(words);
    if (contains(said.err, "which came with Linux") || contains(said.err, "give --partial")) continue;
    CHECK_MESSAGE(said.status == 0, said.err);
    CHECK_MESSAGE(contains(said.err, "ended: "), said.err);
  }
}

TEST_SUITE_END();
