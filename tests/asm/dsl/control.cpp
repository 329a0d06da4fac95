// State, loops, functions and calls of the DSL without a running kernel: their instructions and their faults.
#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include <lsmith/loader/load/prog_btf.hpp>
#include <lsmith/tests/asm/dsl/dsl_writing.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// A rule that first runs `what` and then denies.
rule denying(const rule& what) {
  return [=](dsl::hook& h) {
    what(h);
    h.deny(EPERM);
  };
}

struct mark {
  std::uint64_t times;
  std::array<char, 8> name;
  std::array<std::int32_t, 2> numbers;
};

}  // namespace

// ------------------------------------------------------------------------------------------------------------- state --

TEST_CASE("dsl: a map describes the layout of its keys and values") {
  const auto policy = write("socket_create", denying([](dsl::hook& h) { h.hash<std::uint16_t, mark>("marks", 8); }));
  REQUIRE(policy);
  const map& marks = policy->maps[0];
  CHECK(marks.key == map_layout{{}, {{.size = 2}}});
  CHECK(marks.value == map_layout{"mark", {{"times", 0, 8, 1, false}, {"name", 8, 1, 8, true}, {"numbers", 16, 4, 2, true}}});
}

TEST_CASE("dsl: maps of maps and program arrays list their first elements") {
  dsl::policy whole(small_kernel_types());
  whole.lsm("socket_create", [](dsl::hook& h) {
    auto table = h.hash<std::uint32_t, std::uint32_t>("table", 8);
    h.array_of("tables", table, 2).find(0).found([&](auto now) { now.remove(3); });
    h.programs("next", 4).enter(3);
  });
  whole.stage("next", 3, "socket_create", [](dsl::hook& h) { h.deny(EPERM); }, {.name = "second"});
  const auto made = std::move(whole).finish();
  REQUIRE(made);
  CHECK(made->find_map("tables")->inner == "table");
  CHECK(made->find_map("tables")->slots == std::vector<map_slot>{{0, "table"}});
  CHECK(made->find_map("next")->slots == std::vector<map_slot>{{3, "second"}});
  CHECK_FALSE(made->programs[0].called);
  CHECK(made->programs[1].called);
}

TEST_CASE("dsl: a wrong owner of storage, a narrow atomic change and an unknown program array are faults") {
  CHECK(fault_of("socket_create", denying([](dsl::hook& h) {
                   h.task_storage<mark>("marks").find(h.arg("family")).missing([] {});
                 })) == "'family' is not a pointer to struct task_struct");
  CHECK(fault_of("file_open", denying([](dsl::hook& h) {
                   h.inode_storage<mark>("marks").find(h.arg("file")["f_inode"].as("inode")).missing([] {});
                 })) == "'f_inode' is not known to verifiers as a pointer to struct inode");
  CHECK(fault_of("file_mprotect", denying([](dsl::hook& h) {
                   h.inode_storage<mark>("marks").find(h.arg("vma")["vm_file"]["f_inode"]).missing([] {});
                 })) == "'f_inode' is not known to verifiers as a pointer to struct inode");
  const auto of_cgroup =
      denying([](dsl::hook& h) { h.cgroup_storage<mark>("marks").find(h.current()["cgroups"]["dfl_cgrp"]).missing([] {}); });
  CHECK(write("file_open", of_cgroup).has_value());
  CHECK(fault_of("file_open", of_cgroup, {.sleepable = true}) ==
        "'dfl_cgrp' is not known to verifiers as struct cgroup in a sleepable program");
  CHECK(fault_of("file_free_security", [](dsl::hook& h) { h.inode_storage<mark>("marks").remove(h.arg("file")["f_inode"]); }) ==
        "'f_inode' is not known to verifiers as a pointer to struct inode");
  CHECK(fault_of("socket_create", denying([](dsl::hook& h) { h.variable<std::uint16_t>("narrow").number().add(1); })) ==
        "'a narrow field' is not 32 or 64 bits wide, as atomic changes are");
  dsl::policy whole(small_kernel_types());
  whole.stage("next", 0, "socket_create", [](dsl::hook& h) { h.deny(EPERM); });
  const auto failed = std::move(whole).finish();
  REQUIRE_FALSE(failed.has_value());
  CHECK(to_string(failed.error()).ends_with("'next' is not a program array of this policy"));
}

// ------------------------------------------------------------------------------------------------------------- loops --

TEST_CASE("dsl: a loop becomes the instructions that its name means") {
  const auto counting = [](auto loop) {
    return denying([=](dsl::hook& h) {
      auto sum = h.variable<std::uint64_t>("sum").number();
      (h.*loop)(4, [&](const dsl::value& i) { sum.add(i); }, dsl::written_at::current());
    });
  };
  const std::string unrolled = listing(write("socket_create", counting(&dsl::control::unrolled)));
  CHECK(count(unrolled, "lock *(u64 *)") == 4);
  const std::string bounded = listing(write("socket_create", counting(&dsl::control::bounded)));
  CHECK(count(bounded, "lock *(u64 *)") == 1);
  const auto called = write("socket_create", counting(&dsl::control::called));
  CHECK(count(listing(called), "call bpf_loop") == 1);
  REQUIRE(called->programs[0].functions.size() == 1);
  CHECK(called->programs[0].functions[0].name == "rounds_0");
}

TEST_CASE("dsl: a wrong number of rounds, and a stop or a value outside its loop, are faults") {
  const auto none = [](const dsl::value&) {};
  CHECK(fault_of("socket_create", denying([&](dsl::hook& h) { h.unrolled(257, none); })) ==
        "'257' is not a number of rounds: 1 to 256");
  CHECK(fault_of("socket_create", denying([&](dsl::hook& h) { h.bounded(0, none); })) ==
        "'0' is not a number of rounds: 1 to 8388608");
  CHECK(fault_of("socket_create", denying([&](dsl::hook& h) { h.called(9000000, none); })) ==
        "'9000000' is not a number of rounds: 1 to 8388608");
  CHECK(fault_of("socket_create", denying([](dsl::hook& h) { h.stop(); })) == "'stop' is not of use outside a loop");
  CHECK(fault_of("socket_create", [](dsl::hook& h) {
          std::optional<dsl::value> kept;
          auto table = h.array<std::uint64_t>("table", 4);
          h.called(3, [&](const dsl::value& i) { table.find(i).found([&](auto one) { kept = one.number().get(); }); });
          h.when(*kept == 3, [&] { h.deny(EPERM); });
        }) == "'a map's value' is used where it has not been computed; use it within the block that reads it");
}

TEST_CASE("dsl: more rounds than the verifier follows are a fault") {
  const auto counting = [](std::uint32_t outer, std::uint32_t inner) {
    return [=](dsl::hook& h) {
      auto sum = h.variable<std::uint64_t>("sum").number();
      h.bounded(outer, [&](const dsl::value&) { h.bounded(inner, [&](const dsl::value& i) { sum.set(i); }); });
    };
  };
  CHECK(write("socket_create", counting(100, 100)).has_value());
  const std::string message = fault_of("socket_create", counting(1000, 1000));
  CHECK(message.starts_with("program 'socket_create' may run "));
  CHECK(message.ends_with(
      " instructions, and the verifier follows 1000000; make its loops shorter, or let the kernel call their body"));
}

// --------------------------------------------------------------------------------------------------------- functions --

TEST_CASE("dsl: the rounds of a function's loop count once for each round that calls it") {
  const auto summing = [](std::uint32_t calls, std::uint32_t rounds) {
    return [=](dsl::hook& h) {
      auto sum = h.variable<std::uint64_t>("sum").number();
      auto count = h.function<std::uint32_t(std::uint32_t)>("count", [&](const dsl::value& from) {
        h.bounded(rounds, [&](const dsl::value& i) { sum.add(i + from); });
        return from;
      });
      h.bounded(calls, [&](const dsl::value& i) { h.when(count(i) == 77777, [&] { h.deny(EPERM); }); });
    };
  };
  CHECK(write("socket_create", summing(10, 100)).has_value());
  for (const auto& [calls, rounds] : {std::pair(1u, 1'000'000u), std::pair(10'000u, 1'000u)}) {
    const std::string message = fault_of("socket_create", summing(calls, rounds));
    CHECK_MESSAGE(message.find("the verifier follows 1000000") != message.npos, message);
  }
}

TEST_CASE("dsl: the code of a function exists once, and BTF describes its parameters and result") {
  const auto policy = write("file_open", [](dsl::hook& h) {
    auto odd = h.function<std::uint64_t(dsl::pointer<"inode">, std::uint64_t)>(
        "odd", [](const auto& inode, const auto& by) { return (inode["i_ino"] + by) & 1; });
    h.when(odd(h.arg("file")["f_inode"], 5) == 1 && odd(h.arg("file")["f_inode"], 6) == 1, [&] { h.deny(EPERM); });
  });
  REQUIRE(policy);
  const std::vector<subprogram>& functions = policy->programs[0].functions;
  REQUIRE(functions.size() == 1);
  CHECK(functions[0].name == "odd");
  CHECK(functions[0].takes == std::vector<subprogram::type>{{8, false, "inode"}, {8, false, {}}});
  CHECK(functions[0].gives == subprogram::type{8, false, {}});
  CHECK(count(listing(policy), "call ") >= 2);

  const auto described = loader::describe_program(policy->programs[0]);
  const auto types = btf::types::own(described.types);
  REQUIRE(types);
  const auto function = types->find("odd", btf::kind::func);
  REQUIRE(function);
  const auto prototype = types->at(function->target());
  REQUIRE(prototype->params().size() == 2);
  CHECK(types->at(types->at(prototype->params()[0].type)->target())->name() == "inode");
  CHECK(types->at(prototype->target())->name() == "unsigned long long");
}

TEST_CASE("dsl: a verdict in a function, a wrong argument and a nested function are faults") {
  CHECK(fault_of("socket_create", [](dsl::hook& h) {
          auto one = h.function<int()>("one", [&] { h.deny(EPERM); });
          h.when(one() == 1, [&] { h.deny(EPERM); });
        }) == "function 'one' cannot end the program; let it return a number, and decide where it is called");
  CHECK(fault_of("socket_create", denying([](dsl::hook& h) { h.give(h.arg("family")); })) ==
        "'give' is not of use outside a function");
  CHECK(fault_of("socket_create", denying([](dsl::hook& h) {
                   auto one = h.function<std::uint32_t(std::uint32_t)>("one", [&](const auto& a) { return a; });
                   one(h.time());
                 })) == "ktime_get_boot_ns has 64 bits and would be cut to 32; mask it, or make room for it");
  CHECK(fault_of("socket_create", denying([](dsl::hook& h) {
                   auto one = h.function<bool(dsl::pointer<"inode">)>("one", [&](const auto& a) { return a["i_ino"] == 3; });
                   one(h.current());
                 })) == "'the current task' is not a pointer to struct inode");
  CHECK(fault_of("socket_create", denying([](dsl::hook& h) {
                   h.function<bool(dsl::pointer<"inodes">)>("one", [&](const auto&) { return h.arg("kern") == 0; });
                 })) == "there is no type 'inodes'");
  CHECK(fault_of("socket_create", denying([](dsl::hook& h) {
                   h.function<std::uint64_t()>("one", [&] { return h.function<std::uint64_t()>("two", [] {})(); });
                 })) == "'two' is not a function that can be written inside another");
}

TEST_CASE("dsl: a pointer that a function passes to the kernel must be trusted where the function is called") {
  CHECK(fault_of("file_mprotect", denying([](dsl::hook& h) {
                   auto marked = h.function<bool(dsl::pointer<"inode">)>("marked", [&](const auto& inode) {
                     h.inode_storage<mark>("marks").find(inode).found([&](auto) { h.give(1); });
                     return h.uid() == 0;
                   });
                   h.when(marked(h.arg("vma")["vm_file"]["f_inode"]), [&] { h.deny(EPERM); });
                 })) == "'f_inode' is not known to verifiers as a pointer to struct inode");
}

TEST_CASE("dsl: a function that is not called is removed") {
  const auto one_of_two = write("socket_create", [](dsl::hook& h) {
    h.function<bool()>("never", [&] { return h.uid() == 0; });
    auto called = h.function<bool()>("asked", [&] { return h.gid() == 0; });
    h.when(called(), [&] { h.deny(EPERM); });
  });
  REQUIRE(one_of_two);
  REQUIRE(one_of_two->programs[0].functions.size() == 1);
  CHECK(one_of_two->programs[0].functions[0].name == "asked");
}

TEST_CASE("dsl: the stack of a function adds to its caller's") {
  CHECK(fault_of("file_open",
                 [](dsl::hook& h) {
                   auto name = [&] { return h.arg("file")["f_path.dentry"]["d_name.name"].text(256); };
                   auto one = h.function<bool()>("one", [&] { return name() == "a"; });
                   h.when(one() && name() == "b", [&] { h.deny(EPERM); });
                 }) ==
        "program 'file_open' needs 576 bytes of stack, and the kernel has 512; read shorter strings, or keep records in a map");
}

// ------------------------------------------------------------------------------------------------------------- calls --

TEST_CASE("dsl: forbidden calls and wrong arguments are faults") {
  const auto calling = [](std::string_view function, std::vector<std::string_view> arguments = {}) {
    return denying([=](dsl::hook& h) {
      std::vector<dsl::value> values;
      for (const std::string_view each : arguments) values.push_back(h.arg(each));
      h.call(function, values);
    });
  };
  CHECK(fault_of("socket_create", calling("bpf_task_frm_pid")) == "there is no helper 'bpf_task_frm_pid'");
  CHECK(fault_of("socket_create", calling("ktime_get_ns", {"family"})) == "ktime_get_ns takes 0 arguments, and 1 are given");
  CHECK(fault_of("socket_create", calling("sock_from_file", {"family"})) == "'family' is not a pointer to struct file");
  CHECK(fault_of("socket_create", calling("bpf_skb_store_bytes")) == "no program on hook socket_create may call skb_store_bytes");
  CHECK(fault_of("socket_create", calling("get_retval")) == "no program on hook socket_create may call get_retval");
  CHECK(fault_of("socket_create", calling("copy_from_user")) ==
        "copy_from_user may sleep, and program 'socket_create' is not sleepable; make it {.sleepable = true}");
  CHECK(fault_of("socket_create", calling("map_lookup_elem")) == "map_lookup_elem is not called by name; use find()");
  CHECK(fault_of("socket_create", calling("bpf_task_from_pid", {"family"})) ==
        "bpf_task_from_pid acquires a reference that must be released; hold() releases it where its scope ends");
  CHECK(fault_of("ptrace_access_check", calling("bpf_task_release", {"child"})) ==
        "bpf_task_release releases a reference, which hold() does by itself");
  CHECK(fault_of("ptrace_access_check", calling("bpf_rcu_read_lock", {"child"})) ==
        "bpf_rcu_read_lock takes 0 arguments, and 1 are given");
  CHECK(fault_of("bprm_check_security", denying([](dsl::hook& h) {
                   h.call("bpf_strnlen", {h.arg("bprm")["filename"], h.time()});
                 })) == "'s__ign' is not a number or a pointer to a struct, as arguments here are");
  CHECK(fault_of("socket_create", denying([](dsl::hook& h) { h.hold("ktime_get_ns").found([](const auto&) {}); })) ==
        "'ktime_get_ns' is not a function that hands out a reference");
  CHECK(fault_of("socket_create", denying([](dsl::hook& h) {
                   auto next = h.programs("next", 2);
                   h.hold("bpf_task_from_pid", {h.arg("family")}).found([&](const auto&) { next.enter(1); });
                 })) == "'next' is not to be entered inside a function, a called loop or a hold");
  CHECK(fault_of("socket_create", denying([](dsl::hook& h) {
                   auto next = h.programs("next", 2);
                   h.called(3, [&](const dsl::value& i) { next.enter(i); });
                 })) == "'next' is not to be entered inside a function, a called loop or a hold");
  CHECK(fault_of("file_mprotect", [](dsl::hook& h) {
          h.when(h.arg("vma")["vm_file"]["f_path"].path(64) == "/", [&] { h.deny(EPERM); });
        }) == "no program on hook file_mprotect may call d_path");
  CHECK(fault_of("file_mprotect", denying([](dsl::hook&) {}), {.sleepable = true}) ==
        "hook 'file_mprotect' takes no sleepable program on this kernel");
}

TEST_CASE("dsl: a reference is released on every path out") {
  const auto policy = write("socket_create", [](dsl::hook& h) {
    h.hold("bpf_task_from_pid", {h.arg("family")}).found([&](const dsl::value& task) {
      h.when(task["tgid"] == 1, [&] { h.deny(EPERM); });
      h.when(task["tgid"] == 2, [&] { h.allow(); });
      h.hold("bpf_get_task_exe_file", {task}).found([&](const dsl::value& file) {
        h.when(file["f_flags"] == 3, [&] { h.deny(EACCES); });
      });
    });
  });
  REQUIRE(policy);
  const auto releases = [&](std::string_view name) {
    return std::ranges::count_if(policy->programs[0].relocations, [&](const relocation& one) { return one.name == name; });
  };
  CHECK(releases("bpf_put_file") >= 1);
  CHECK(releases("bpf_task_release") >= 3);
}
