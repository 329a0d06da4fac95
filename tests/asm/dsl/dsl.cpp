// The DSL without a running kernel: the instructions that a policy becomes, their source lines, and the faults.
#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/asm/resolve/resolve.hpp>
#include <lsmith/btf/explore/suggest.hpp>
#include <lsmith/programs/policies/network/deny_socket_family.hpp>
#include <lsmith/tests/asm/dsl/dsl_writing.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

struct pair {
  std::uint32_t first, second;
};

const rule one_family = [](dsl::hook& h) {
  h.when(h.arg("kern") == 0 && h.arg("family") == 38, [&] { h.deny(EPERM); });
};

const rule heap = [](dsl::hook& h) {
  auto vma = h.arg("vma");
  auto mm = vma["vm_mm"];
  h.when(vma["vm_start"] >= mm["start_brk"] && vma["vm_end"] <= mm["brk"], [&] { h.deny(EPERM); });
};

}  // namespace

// ------------------------------------------------------------------------------------------------------ instructions --

TEST_CASE("dsl: a rule is no longer than one written by hand") {
  const programs::lean_choices silent{.events = programs::event_channel::none};
  CHECK(slots(write("socket_create", one_family)) <= programs::deny_socket_family({38}, silent)->programs[0].code.size());
  CHECK(slots(write("socket_create", one_family)) == 8);
  CHECK(slots(write("file_mprotect", heap)) == 13);
}

TEST_CASE("dsl: an argument that is used twice is loaded once") {
  const std::string text = listing(write("socket_create", [](dsl::hook& h) {
    h.when(h.arg("family") == 38 || h.arg("family") == 40, [&] { h.deny(EPERM); });
    h.when(h.arg("family") == 17 && h.arg("type") == 3, [&] { h.deny(EPERM); });
  }));
  CHECK(count(text, "= *(u32 *)") == 2);
}

TEST_CASE("dsl: a pointer is tested once before it is followed, and not again if the condition tests it") {
  const std::string twice = listing(write("file_mprotect", heap));
  CHECK(count(twice, "== 0 goto") == 1);
  const std::string tested = listing(write("file_mprotect", [](dsl::hook& h) {
    auto mm = h.arg("vma")["vm_mm"];
    h.when(mm && mm["brk"] == 3, [&] { h.deny(EPERM); });
  }));
  CHECK(count(tested, "== 0 goto") == 1);
}

TEST_CASE("dsl: a value that is not used is not computed") {
  const auto with = slots(write("socket_create", [](dsl::hook& h) {
    [[maybe_unused]] auto unused = h.arg("type") + h.uid();
    one_family(h);
  }));
  CHECK(with == slots(write("socket_create", one_family)));
}

TEST_CASE("dsl: a lookup that is skipped jumps to the same block as one that found nothing, without a test") {
  const std::string text = listing(write("file_open", [](dsl::hook& h) {
    auto known = h.hash<std::uint64_t, std::uint64_t>("known", 16);
    known.find(h.arg("file")["f_inode"]["i_ino"]).found([](auto one) { one.number().add(1); }, [&] { h.deny(EPERM); });
  }));
  CHECK(count(text, "if r0 == 0 goto L2") == 1);
  CHECK(count(text, "goto L2") == 2);  // the other is the null pointer's
  CHECK(count(text, "\n  goto ") == 0);
}

TEST_CASE("dsl: an argument that is needed after a call is kept across it, and the context is not") {
  const std::string text = listing(write("socket_create", [](dsl::hook& h) {
    h.when(h.uid() == 5, [&] { h.when(h.arg("family") == 17, [&] { h.deny(EPERM); }); });
  }));
  CHECK(count(text, "r6 = r1") == 0);
  CHECK(count(text, "w6 = *(u32 *)(r1") == 1);
}

TEST_CASE("dsl: sixteen live values are spilled to the stack") {
  struct many {
    std::array<std::uint64_t, 12> all;
  };
  const auto policy = write("file_mprotect", [](dsl::hook& h) {
    auto start = h.arg("vma")["vm_start"], end = h.arg("vma")["vm_end"];
    auto a = start + end, b = start - end, c = start & end, d = start | end, e = start ^ end, f = start * end;
    h.when(a > b && c > d && e > f && h.uid() == 3, [&] {
      h.when(h.call("ktime_get_ns") > 5, [&] {
        h.deny(EPERM, dsl::record<many>(start, end, a, b, c, d, e, f, a + b, c + d, e + f, a + d));
      });
    });
  });
  CHECK(slots(policy) > 0);
}

TEST_CASE("dsl: every instruction has the line of the expression it comes from") {
  const auto first_line = std::source_location::current().line();
  const auto policy = write("file_mprotect", [](dsl::hook& h) {
    auto vma = h.arg("vma");
    auto mm = vma["vm_mm"];
    h.when(vma["vm_start"] >= mm["start_brk"] &&
               vma["vm_end"] <= mm["brk"],
           [&] { h.deny(EPERM); });
  });
  REQUIRE(policy);
  const std::vector<source_line> lines = policy->programs[0].lines.listed();
  REQUIRE_FALSE(lines.empty());
  CHECK(lines[0].slot == 0);
  const auto has = [&](std::uint32_t line) { return std::ranges::any_of(lines, [&](const source_line& one) { return one.where.line == first_line + line; }); };
  for (const std::uint32_t line : {2u, 3u, 4u, 5u, 6u}) CHECK(has(line));
}

TEST_CASE("dsl: an object has the scope of its programs; two scopes are a fault, except beside programs for all processes") {
  const auto rule = [](dsl::hook& h) { h.deny(EPERM); };
  dsl::policy both(small_kernel_types());
  both.lsm("socket_create", rule, {.name = "all"});
  both.lsm("file_mprotect", rule, {.name = "one", .scope = scope::uid(33)});
  const auto made = std::move(both).finish();
  REQUIRE(made);
  CHECK(made->scope == scope::uid(33));
  CHECK(made->find_constant(reserved::scope_uid)->value == 33);

  dsl::policy two(small_kernel_types());
  two.lsm("socket_create", rule, {.name = "first", .scope = scope::uid(33)});
  two.lsm("file_mprotect", rule, {.name = "second", .scope = scope::uid(34)});
  const auto refused = std::move(two).finish();
  REQUIRE_FALSE(refused);
  CHECK(refused.error()[0].why == cause::scope_conflict);
  CHECK(to_string(refused.error()).find("program 'second' has another scope than a program before it; an object has one scope") != std::string::npos);
}

TEST_CASE("dsl: an object can be resolved against the types it was written with") {
  const auto policy = write("file_mprotect", heap, {.scope = scope::uid(33)});
  REQUIRE(policy);
  const btf::types& kernel = small_kernel_types();
  btf::source from = btf::source::mapped(kernel.raw());
  CHECK(resolve(*policy, from).has_value());
}

TEST_CASE("dsl: a dry run changes the return values of denials and nothing else") {
  auto policy = write("socket_create", [](dsl::hook& h) {
    h.when(h.arg("family") == 1, [&] { h.deny(EPERM); });
    h.when(h.arg("family") == 2, [&] { h.deny(EACCES); });
  });
  REQUIRE(policy);
  CHECK(policy->find_constant("denial")->value == static_cast<std::uint64_t>(-EPERM));
  CHECK(policy->find_constant("denial_EACCES")->value == static_cast<std::uint64_t>(-EACCES));
  const auto before = policy->programs;
  dsl::dry_run(*policy);
  CHECK(policy->find_constant("denial")->value == 0);
  CHECK(policy->find_constant("denial_EACCES")->value == 0);
  CHECK(policy->programs == before);
}

TEST_CASE("dsl: programs of one policy share maps of one name") {
  dsl::policy both(small_kernel_types());
  const rule counting = [](dsl::hook& h) {
    auto seen = h.hash<std::uint32_t, std::uint64_t>("seen", 64);
    seen.find(h.uid()).found([](auto one) { one.number().add(1); });
  };
  both.lsm("file_open", counting).lsm("socket_create", counting);
  const auto policy = std::move(both).finish();
  REQUIRE(policy);
  CHECK(policy->programs.size() == 2);
  CHECK(policy->maps.size() == 1);
}

TEST_CASE("dsl: a program that attaches to a cgroup denies by bpf_set_retval and allows with 1") {
  const std::string text = listing(write("socket_create", one_family, {.attach = attach_kind::lsm_cgroup}));
  CHECK(text.find("call bpf_set_retval") != text.npos);
  CHECK(text.find("w0 = 1") != text.npos);
}

TEST_CASE("dsl: a hook that returns void can have a program") {
  CHECK(slots(write("file_free_security", [](dsl::hook& h) {
          auto seen = h.array<std::uint64_t>("seen", 1);
          seen.find(0).found([](auto one) { one.number().add(1); });
        })) > 0);
}

TEST_CASE("dsl: a set is a chain of comparisons with one load") {
  const std::string text = listing(write("socket_create", [](dsl::hook& h) {
    h.when(h.arg("family").in(std::vector<int>{1, 2, 3, 400, 5}), [&] { h.deny(EPERM); });
  }));
  CHECK(count(text, "= *(u32 *)") == 1);
  CHECK(count(text, "goto") == 6);
}

TEST_CASE("dsl: a set of many small numbers is one test of a bit") {
  const std::string text = listing(write("socket_create", [](dsl::hook& h) {
    h.when(h.arg("family").in(std::vector<int>{1, 2, 3, 4, 63}), [&] { h.deny(EPERM); });
  }));
  CHECK(count(text, "= *(u32 *)") == 1);
  CHECK(count(text, "goto") == 3);
  CHECK(count(text, "-9223372036854775778 ll") == 1);
}

// ------------------------------------------------------------------------------------------------------------ faults --

TEST_CASE("dsl: a fault is one sentence, with its line") {
  CHECK(fault_of("socket_creat", one_family) == "there is no LSM hook 'socket_creat'");
  CHECK(fault_of("socket_create", [](dsl::hook& h) { h.when(h.arg("famly") == 3, [&] { h.deny(EPERM); }); }) ==
        "hook socket_create has no argument 'famly'");
  CHECK(fault_of("file_open", [](dsl::hook& h) { h.when(h.arg("file")["f_flag"] == 3, [&] { h.deny(EPERM); }); }) ==
        "struct file has no member 'f_flag'");
  CHECK(fault_of("socket_create", [](dsl::hook& h) { h.when(h.arg("family")["x"] == 3, [&] { h.deny(EPERM); }); }) ==
        "'x' of family has no members");
  CHECK(fault_of("file_open", [](dsl::hook& h) { h.when(h.arg("file") == 3, [&] { h.deny(EPERM); }); }) ==
        "'file' is not a number");
  CHECK(fault_of("file_open", [](dsl::hook& h) { h.when(h.arg("file") + 3 == 4, [&] { h.deny(EPERM); }); }) ==
        "'file' is not a number");
  CHECK(fault_of("file_open", [](dsl::hook& h) { h.when(h.arg("file").as("fil")["x"] == 4, [&] { h.deny(EPERM); }); }) ==
        "there is no type 'fil'");
  CHECK(fault_of("kernel_read_file", [](dsl::hook& h) {
          h.when(h.arg("id") == h.enumerator("kernel_read_file_id", "READING_MODUL"), [&] { h.deny(EPERM); });
        }) == "enum kernel_read_file_id has no enumerator 'READING_MODUL'");
  CHECK(fault_of("socket_create", [](dsl::hook& h) { h.when(h.arg("family") == 1ll << 40, [&] { h.deny(EPERM); }); }) ==
        "1099511627776 does not fit family, which has 32 bits");
  CHECK(fault_of("inode_mkdir", [](dsl::hook& h) { h.when(h.arg("mode") == -1, [&] { h.deny(EPERM); }); }) ==
        "-1 does not fit mode, which has 16 bits");
  CHECK(fault_of("socket_create", [](dsl::hook& h) { h.deny(0); }) == "0 is no errno; a denial takes 1 to 4095");
  CHECK(fault_of("socket_create", [](dsl::hook& h) { h.deny(-1); }) == "-1 is no errno; a denial takes 1 to 4095");
  CHECK(fault_of("file_free_security", [](dsl::hook& h) { h.deny(EPERM); }) ==
        "hook 'file_free_security' does not return an errno, so there is nothing to deny");
  CHECK(fault_of("inode_xattr_skipcap", [](dsl::hook& h) { h.deny(EPERM); }) ==
        "hook 'inode_xattr_skipcap' does not return an errno, so there is nothing to deny");
  CHECK(fault_of("socket_create", [](dsl::hook& h) { h.arg("family"); }) ==
        "program 'socket_create' neither decides nor reports anything");
  CHECK(fault_of("socket_create", [](dsl::hook& h) {
          h.call("ktime_get_nanoseconds");
          h.deny(EPERM);
        }) == "there is no helper 'ktime_get_nanoseconds'");
  CHECK(fault_of("socket_create", [](dsl::hook& h) { h.when(h.comm() == "a name that is too long", [&] { h.deny(EPERM); }); }) ==
        "'a name that is too long' is longer than the 16 bytes that are read; read more of them");
  CHECK(fault_of("task_kill", [](dsl::hook& h) { h.when(h.arg("cred")["user_count"] > h.time(), [&] { h.deny(EPERM); }); }) ==
        "'user_count' and 'ktime_get_boot_ns' are 64 bits wide and only one of them is signed: no comparison is right for all their values");
  CHECK(fault_of("file_open", [](dsl::hook& h) { h.when(h.arg("file")["f_inode"].path(64) == "/", [&] { h.deny(EPERM); }); }) ==
        "'f_inode' is not a struct path");
  CHECK(fault_of("file_mprotect", [](dsl::hook& h) { h.deny(EPERM, dsl::record<pair>(h.arg("prot"), 1)); }) ==
        "prot has 64 bits and would be cut to 32; mask it, or make room for it");
}

TEST_CASE("dsl: numbers outside the range of an operation or field are faults") {
  const auto with = [](auto condition) { return [=](dsl::hook& h) { h.when(condition(h), [&] { h.deny(EPERM); }); }; };
  CHECK(fault_of("file_mprotect", with([](dsl::hook& h) { return h.arg("prot") / 0 == 1; })) == "'0' is not a divisor");
  CHECK(fault_of("file_mprotect", with([](dsl::hook& h) { return h.arg("prot") << 64 == 1; })) ==
        "'64' is not a shift that the number's bits allow");
  CHECK(fault_of("file_open", with([](dsl::hook& h) { return h.arg("file")["f_path.dentry"]["d_name.name"].text(300) == "x"; })) ==
        "'300' is not a string's size: 2 to 256 bytes");
  CHECK(fault_of("file_mprotect", [](dsl::hook& h) {
          h.bounded(0, [](dsl::value) {});
          h.deny(EPERM);
        }) == "'0' is not a number of rounds: 1 to 8388608");
  struct short_name {
    std::array<char, 8> name;
  };
  CHECK(fault_of("file_mprotect", [](dsl::hook& h) { h.deny(EPERM, dsl::record<short_name>(h.comm())); }) ==
        "'comm' is not as many bytes as its field");
  struct long_name {
    std::array<char, 16> name;
  };
  CHECK(fault_of("file_mprotect", [](dsl::hook& h) { h.deny(EPERM, dsl::record<long_name>(h.uid())); }) ==
        "'get_current_uid_gid' is not bytes, as its field is");
  CHECK(fault_of("file_mprotect", [](dsl::hook& h) { h.deny(EPERM, dsl::record<pair>(1, 1ll << 32)); }) ==
        "4294967296 does not fit this field, which has 32 bits");
  CHECK(fault_of("file_mprotect", with([](dsl::hook& h) { return h.arg("vma")["vm_flags"].from_network() == 1; })) ==
        "'vm_flags' is not a number of 16 or 32 bits");
  CHECK(fault_of("file_mprotect", with([](dsl::hook& h) { return h.arg("prot").as("sockaddr_in")["sin_port"] == 1; })) ==
        "'prot' is not a pointer");
  CHECK(fault_of("file_mprotect", with([](dsl::hook& h) {
                   return h.arg("prot").advanced_by(h.arg("prot")).as("sockaddr_in")["sin_port"] == 1;
                 })) == "'prot' is not a pointer");
  CHECK(fault_of("file_mprotect", with([](dsl::hook& h) {
                   return h.arg("vma").advanced_by(h.arg("vma")).as("sockaddr_in")["sin_port"] == 1;
                 })) == "'vma' is not a number");
}

TEST_CASE("dsl: comparing more bytes than are read is a fault") {
  const auto with = [](auto condition) { return [=](dsl::hook& h) { h.when(condition(h), [&] { h.deny(EPERM); }); }; };
  const std::array<std::uint8_t, 5> five = {'a', 'b', 'c', 'd', 'e'};
  CHECK(fault_of("bprm_check_security", with([&](dsl::hook& h) { return h.arg("bprm")["filename"].bytes(4) == five; })) ==
        "'abcde' is longer than the 4 bytes that are read; read more of them");
  CHECK(fault_of("bprm_check_security", with([&](dsl::hook& h) { return h.arg("bprm")["filename"].bytes(0) == five; })) ==
        "'0' is not a number of bytes: 1 to 256");
  CHECK(fault_of("bprm_check_security", with([&](dsl::hook& h) { return h.arg("bprm")["argc"].bytes(5) == five; })) ==
        "'argc' is not bytes in memory");
}

TEST_CASE("dsl: a mask, a remainder and a shift make a number fit a narrower field") {
  const auto wide = [](auto number) {
    return [=](dsl::hook& h) { h.deny(EPERM, dsl::record<pair>(number(h.arg("prot")), 1)); };
  };
  CHECK(slots(write("file_mprotect", wide([](dsl::value x) { return x & 0xffff; }))) > 0);
  CHECK(slots(write("file_mprotect", wide([](dsl::value x) { return x % 4096; }))) > 0);
  CHECK(slots(write("file_mprotect", wide([](dsl::value x) { return x >> 32; }))) > 0);
  CHECK(fault_of("file_mprotect", wide([](dsl::value x) { return x & 0x1ffffffff; })) ==
        "a number has 64 bits and would be cut to 32; mask it, or make room for it");
  CHECK(fault_of("file_mprotect", wide([](dsl::value x) { return x >> 31; })) ==
        "a number has 64 bits and would be cut to 32; mask it, or make room for it");
}

TEST_CASE("dsl: a member at different offsets in two structs of one name is a fault") {
  const auto denied_by = [](const char* member) {
    return [=](dsl::hook& h) { h.when(h.arg("file").as("twice")[member] == 1, [&] { h.deny(EPERM); }); };
  };
  CHECK(fault_of("file_open", denied_by("second")) == "2 types are named 'twice', and differ: 'second' is at byte 112 or 24");
  CHECK(write("file_open", denied_by("first")).has_value());
}

TEST_CASE("dsl: a literal return value outside the hook's range is a fault") {
  CHECK(fault_of("socket_create", [](dsl::hook& h) { h.return_value(h.denial(0)); }) ==
        "0 is no errno; a denial takes 1 to 4095");
  CHECK(fault_of("socket_create", [](dsl::hook& h) { h.return_value(1); }) == "1 is no return value of hook 'socket_create', which allows -4095 to 0");
  CHECK(fault_of("socket_create", [](dsl::hook& h) { h.return_value(-4096); }) ==
        "-4096 is no return value of hook 'socket_create', which allows -4095 to 0");
  CHECK(fault_of("audit_rule_known", [](dsl::hook& h) { h.return_value(2); }) == "2 is no return value of hook 'audit_rule_known', which allows 0 and 1");
  CHECK(fault_of("task_prctl", [](dsl::hook& h) { h.return_value(0); }) ==
        "0 is no return value of hook 'task_prctl', which allows -4095 to -1, and allow()");
  CHECK(fault_of("xfrm_state_pol_flow_match", [](dsl::hook& h) { h.return_value(0); }) ==
        "0 is no return value of hook 'xfrm_state_pol_flow_match', which allows 1, and allow()");
  CHECK(fault_of("file_free_security", [](dsl::hook& h) { h.return_value(h.uid()); }) ==
        "hook 'file_free_security' does not return an errno, so there is nothing to deny");
}

TEST_CASE("dsl: an invalid network, or an address within one, is a fault") {
  const auto to = [](const char* network) {
    return [=](dsl::hook& h) { h.when(dsl::socket_address(h.arg("address")).in(network), [&] { h.deny(EPERM); }); };
  };
  for (const char* wrong : {"10.0.0.0/33", "10.0.0/8", "", "10.0.0.0/", "10.0.0.0/x", "2001:db8::/129", "localhost"})
    CHECK(fault_of("socket_connect", to(wrong)) ==
          "'" + std::string(wrong) + "' is no network; write an address and how many of its bits count, as in 10.0.0.0/8 or 2001:db8::/32");
  CHECK(fault_of("socket_connect", to("10.1.2.3/8")) == "'10.1.2.3/8' is an address within a network; the network is 10.0.0.0/8");
  CHECK(fault_of("socket_connect", to("2001:db8::1/32")) == "'2001:db8::1/32' is an address within a network; the network is 2001:db8::/32");
  CHECK(fault_of("socket_connect", [](dsl::hook& h) {
          const dsl::address alone(h.arg("address").as("sockaddr_in")["sin_addr"]);
          h.when(alone.in("2001:db8::/32"), [&] { h.deny(EPERM); });
        }) == "'2001:db8::/32' is of another family than the address of 4 bytes that it is compared with");
  CHECK(fault_of("socket_connect", [](dsl::hook& h) {
          h.when(dsl::socket_address(h.arg("sock")).in("10.0.0.0/8"), [&] { h.deny(EPERM); });
        }) == "'sock' is not a pointer to a struct sockaddr");
  CHECK(fault_of("socket_connect", [](dsl::hook& h) {
          h.when(dsl::address(h.arg("sock")["type"]).in("10.0.0.0/8"), [&] { h.deny(EPERM); });
        }) == "'type' is not an address");
}

TEST_CASE("dsl: a map that a sleepable program cannot use is a fault") {
  CHECK(fault_of("file_open", [](dsl::hook& h) {
          h.prefixes<pair, std::uint32_t>("networks", 16);
          h.deny(EPERM);
        }, {.sleepable = true}) ==
        "a sleepable program cannot use map 'networks', a lpm_trie: the kernel refuses such a map there; leave out .sleepable");
}

TEST_CASE("dsl: a sleepable program for a hook that is never sleepable is a fault") {
  for (const std::string hook : {"file_mprotect", "ptrace_access_check", "task_kill", "inode_mkdir", "task_setnice"}) {
    CHECK(fault_of(hook, [](dsl::hook& h) { h.deny(EPERM); }, {.sleepable = true}) ==
          "hook '" + hook + "' takes no sleepable program on this kernel");
  }
  CHECK(write("file_open", [](dsl::hook& h) { h.deny(EPERM); }, {.sleepable = true}).has_value());
}

TEST_CASE("dsl: switches are maps and constants of the object") {
  const auto policy = write("socket_create", one_family,
                            {.lifetime = dsl::lifetime::deadline, .dry_runs = dsl::dry_runs::while_attached});
  REQUIRE(policy);
  CHECK(policy->find_constant(reserved::deadline)->value == UINT64_MAX);
  CHECK(policy->find_map(reserved::dry_run) != nullptr);
}

TEST_CASE("dsl: a value used outside the block that computes it is a fault") {
  CHECK(fault_of("socket_create", [](dsl::hook& h) {
          auto seen = h.hash<std::uint32_t, std::uint64_t>("seen", 64);
          std::optional<dsl::value> kept;
          seen.find(h.uid()).found([&](auto one) { kept = one.number().get(); });
          h.when(*kept == 3, [&] { h.deny(EPERM); });
        }) == "'a map's value' is used where it has not been computed; use it within the block that reads it");
}

TEST_CASE("dsl: more stack than the kernel allows is a fault") {
  CHECK(fault_of("file_open", [](dsl::hook& h) {
          auto name = h.arg("file")["f_path.dentry"]["d_name.name"];
          h.when(name.text(256) == "a" && name.text(250) == "b", [&] { h.deny(EPERM); });
        }) == "program 'file_open' needs 520 bytes of stack, and the kernel has 512; read shorter strings, or keep records in a map");
}

TEST_CASE("dsl: two different maps of one name are a fault") {
  CHECK(fault_of("socket_create", [](dsl::hook& h) {
          h.hash<std::uint32_t, std::uint64_t>("seen", 64);
          h.hash<std::uint32_t, std::uint32_t>("seen", 64);
          h.deny(EPERM);
        }) == "the object has two maps named 'seen'");
}

TEST_CASE("dsl: all faults are reported at once, without those that follow from another") {
  const auto failed = write("file_open", [](dsl::hook& h) {
    auto wrong = h.arg("fil");
    h.when(wrong["f_flags"] == 3 && wrong["f_mode"] > 5, [&] { h.deny(EPERM); });
    h.when(h.arg("file")["f_mod"] == 3, [&] { h.deny(9999); });
  });
  REQUIRE_FALSE(failed.has_value());
  REQUIRE(failed.error().size() == 3);
  CHECK(failed.error()[0].why == cause::unknown_argument);
  CHECK(failed.error()[1].why == cause::unknown_member);
  CHECK(failed.error()[2].why == cause::errno_range);
  CHECK(btf::suggest(small_kernel_types(), failed.error()[1]) == std::vector<std::string>{"f_mode"});
}
