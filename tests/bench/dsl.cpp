// Eight rules, written with the typed level and in C (dsl_rules.bpf.c), the C compiled by clang-19 -O2 against the same
// kernel types: how many instruction slots each comes to. The typed level is to need no more.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <lsmith/asm/dsl/hook.hpp>

namespace {

using namespace lsmith;

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
  const char* hook;
  std::function<void(dsl::hook&)> what;
};

const rule rules[] = {
    {"socket families", "socket_create",
     [](dsl::hook& h) { h.when(h.arg("kern") == 0 && h.arg("family").in({17, 38}), [&] { h.deny(EPERM); }); }},
    {"heap protection", "file_mprotect",
     [](dsl::hook& h) {
       auto vma = h.arg("vma");
       auto mm = vma["vm_mm"];
       h.when(vma["vm_start"] >= mm["start_brk"] && vma["vm_end"] <= mm["brk"], [&] { h.deny(EPERM); });
     }},
    {"egress by longest prefix", "socket_connect",
     [](dsl::hook& h) {
       auto address = h.arg("address");
       auto networks = h.prefixes<network, std::uint32_t>("networks", 1024);
       h.when(address["sa_family"] == 2, [&] {
         auto to = address.as("sockaddr_in")["sin_addr.s_addr"];
         networks.find(dsl::record<network>(32, to)).missing([&] { h.deny(EPERM); });
       });
     }},
    {"programs by inode and device", "bprm_check_security",
     [](dsl::hook& h) {
       auto inode = h.arg("bprm")["file"]["f_inode"];
       auto known = h.hash<file_identity, std::uint64_t>("known", 1024);
       known.find(dsl::record<file_identity>(inode["i_ino"], inode["i_sb"]["s_dev"], 0))
           .found([](auto runs) { runs.number().add(1); }, [&] { h.deny(EACCES); });
     }},
    {"prefix of a name", "file_open",
     [](dsl::hook& h) {
       auto name = h.arg("file")["f_path.dentry"]["d_name.name"].text(32);
       h.when(name.starts_with("secret"), [&] { h.deny(EACCES); });
     }},
    {"event with comm", "socket_bind",
     [](dsl::hook& h) {
       h.when(h.arg("address")["sa_family"] == 17, [&] { h.deny(EPERM, dsl::record<event>(h.pid(), h.uid(), h.comm())); });
     }},
    {"bounded loop", "inode_mkdir",
     [](dsl::hook& h) {
       auto rounds = h.array<std::uint64_t>("rounds", 8);
       h.bounded(8, [&](dsl::value i) { rounds.find(i).found([&](auto one) { one.number().add(i); }); });
       h.when((h.arg("mode") & 07777) == 0711, [&] { h.deny(EPERM); });
     }},
    {"ptrace between namespaces", "ptrace_access_check",
     [](dsl::hook& h) {
       auto mine = h.current()["nsproxy"]["pid_ns_for_children"];
       h.when(mine != h.arg("child")["nsproxy"]["pid_ns_for_children"], [&] { h.deny(EPERM); });
     }},
};

std::string output_of(const std::string& command) {
  std::string text;
  FILE* from = popen(command.c_str(), "r");
  if (from == nullptr) return text;
  for (int letter = std::fgetc(from); letter != EOF; letter = std::fgetc(from)) text += static_cast<char>(letter);
  pclose(from);
  return text;
}

/// Slots of each program that clang made, by hook. Empty when a tool is missing.
std::map<std::string, std::size_t> compile_in_c(const std::string& types, const std::string& folder) {
  const std::string sources = "tests/bench/dsl_rules.bpf.c", object = folder + "/dsl_rules.o";
  const std::string make = "mkdir -p " + folder + " && bpftool btf dump file " + types + " format c > " + folder +
                           "/vmlinux.h && clang-19 -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -I" + folder + " -c " +
                           sources + " -o " + object;
  if (std::system(make.c_str()) != 0) return {};
  std::map<std::string, std::size_t> found;
  const std::string list = "llvm-readelf-19 -SW " + object + " | sed -n 's,.* lsm/\\([a-z_]*\\) *PROGBITS *[0-9a-f]* [0-9a-f]* \\([0-9a-f]*\\).*,\\1 \\2,p'";
  std::string text = output_of(list);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t blank = text.find(' ', at), end = text.find('\n', at);
    if (blank == text.npos || end == text.npos) break;
    found[text.substr(at, blank - at)] = std::stoul(text.substr(blank + 1, end - blank - 1), nullptr, 16) / 8;
    at = end + 1;
  }
  return found;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string types = count > 1 ? arguments[1] : "/sys/kernel/btf/vmlinux";
  const char* build = std::getenv("BUILD");
  std::ifstream in(types, std::ios::binary);
  const std::vector<char> raw((std::istreambuf_iterator<char>(in)), {});
  const bytes whole = std::as_bytes(std::span(raw));
  const auto kernel = btf::types::parse(whole);
  if (!kernel) {
    std::printf("dsl: %s: %s\n", types.c_str(), to_string(kernel.error()).c_str());
    return 1;
  }
  const auto in_c = compile_in_c(types, std::string(build != nullptr ? build : "build") + "/bench/c");
  if (in_c.empty()) {
    std::printf("dsl: clang-19, bpftool, llvm-readelf-19 and libbpf's headers are needed to compare\n");
    return 1;
  }
  std::printf("%-32s %8s %10s\n", "rule, in slots of 8 bytes", "measured", "clang -O2");
  for (const rule& each : rules) {
    const auto made = dsl::lsm(*kernel, each.hook, each.what);
    const auto beside = in_c.find(each.hook);
    if (!made || beside == in_c.end()) {
      std::printf("%-32s %s\n", each.name, made ? "clang made nothing" : to_string(made.error()).c_str());
      continue;
    }
    const std::size_t slots = made->programs[0].code.size();
    std::printf("%-32s %8zu %10zu  %s\n", each.name, slots, beside->second, slots <= beside->second ? "met" : "missed");
  }
}
