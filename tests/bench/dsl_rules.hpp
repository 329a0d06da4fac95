// The rules that are compared with clang. dsl_rules.bpf.c contains the same rules in C.
#pragma once

#include <array>
#include <cerrno>
#include <cstdint>
#include <functional>

#include <lsmith/asm/dsl/hook.hpp>

namespace lsmith::bench {

struct network {
  std::uint32_t bits, address;
};
struct file_identity {
  std::uint64_t inode;
  std::uint32_t device, reserved;
};
struct event {
  std::uint32_t process, uid;
  std::array<char, 16> comm;
};

struct rule {
  const char* name;
  const char* in_c;  ///< the function of dsl_rules.bpf.c
  const char* hook;
  std::function<void(dsl::hook&)> what;
};

inline const rule rules[] = {
    {"socket families", "family", "socket_create",
     [](dsl::hook& h) { h.when(h.arg("kern") == 0 && h.arg("family").in({17, 38}), [&] { h.deny(EPERM); }); }},
    {"heap protection", "heap", "file_mprotect",
     [](dsl::hook& h) {
       auto vma = h.arg("vma");
       auto mm = vma["vm_mm"];
       h.when(vma["vm_start"] >= mm["start_brk"] && vma["vm_end"] <= mm["brk"], [&] { h.deny(EPERM); });
     }},
    {"egress by longest prefix", "egress", "socket_connect",
     [](dsl::hook& h) {
       auto address = h.arg("address");
       auto networks = h.prefixes<network, std::uint32_t>("networks", 1024);
       h.when(address["sa_family"] == 2, [&] {
         auto to = address.as("sockaddr_in")["sin_addr.s_addr"];
         networks.find(dsl::record<network>(32, to)).missing([&] { h.deny(EPERM); });
       });
     }},
    {"programs by inode and device", "exec", "bprm_check_security",
     [](dsl::hook& h) {
       auto inode = h.arg("bprm")["file"]["f_inode"];
       auto known = h.hash<file_identity, std::uint64_t>("known", 1024);
       known.find(dsl::record<file_identity>(inode["i_ino"], inode["i_sb"]["s_dev"], 0))
           .found([](auto runs) { runs.number().add(1); }, [&] { h.deny(EACCES); });
     }},
    {"prefix of a name", "prefix", "file_open",
     [](dsl::hook& h) {
       auto name = h.arg("file")["f_path.dentry"]["d_name.name"].text(32);
       h.when(name.starts_with("secret"), [&] { h.deny(EACCES); });
     }},
    {"prefix of a path", "path", "file_open",
     [](dsl::hook& h) {
       h.when(h.arg("file")["f_path"].path(64).starts_with("/etc/", dsl::unknown::counts_as_true), [&] { h.deny(EACCES); });
     }},
    {"event with comm", "event_with_comm", "socket_bind",
     [](dsl::hook& h) {
       h.when(h.arg("address")["sa_family"] == 17, [&] { h.deny(EPERM, dsl::record<event>(h.pid(), h.uid(), h.comm())); });
     }},
    {"bounded loop", "loop", "inode_mkdir",
     [](dsl::hook& h) {
       auto rounds = h.array<std::uint64_t>("rounds", 8);
       h.bounded(8, [&](dsl::value i) { rounds.find(i).found([&](auto one) { one.number().add(i); }); });
       h.when((h.arg("mode") & 07777) == 0711, [&] { h.deny(EPERM); });
     }},
    {"table in a table", "by_table", "socket_create",
     [](dsl::hook& h) {
       auto family = h.arg("family");
       auto first = h.hash<std::uint32_t, std::uint64_t>("first", 64);
       h.array_of("tables", first, 2).find(0).found([&](auto now) {
         now.find(family).found([&](auto times) {
           times.number().add(1);
           h.deny(EPERM);
         });
       });
     }},
    {"ptrace between namespaces", "namespaces", "ptrace_access_check",
     [](dsl::hook& h) {
       auto mine = h.current()["nsproxy"]["pid_ns_for_children"];
       h.when(mine != h.arg("child")["nsproxy"]["pid_ns_for_children"], [&] { h.deny(EPERM); });
     }},
};

}  // namespace lsmith::bench
