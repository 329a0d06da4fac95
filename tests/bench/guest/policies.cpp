// In a guest: measures each ready-made policy on this kernel, and the cost of a call that it allows: without a program, with
// the policy, and with the same rule in C, in turn.
//
//   policies C-OBJECT        prints lines "facts POLICY …" and "cost POLICY__VARIANT …"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <lsmith/asm/elf/elf.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/options/files.hpp>
#include <lsmith/programs/policies/catalogue.hpp>

namespace {

using namespace lsmith;
using programs::option_values;

/// A policy with options that deny nothing of what this program does, and a call that runs its rule.
struct measured {
  const char* policy;
  option_values values;
  const char* variant;          ///< distinguishes calls of the same policy; empty: the policy has no frequent call
  std::function<void()> call;
  unsigned calls = 2000;        ///< per round
};

std::vector<char> kernel_types() {
  std::ifstream in("/sys/kernel/btf/vmlinux", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// ---------------------------------------------------------------------------------------------------------- the calls --

// The protocol does not exist: the hooks are called, but no socket is made, because the cost of that varies.
void make_socket() { socket(AF_UNIX, SOCK_STREAM, 99); }
void make_netlink_socket() { socket(AF_NETLINK, SOCK_RAW, 99); }

void send_byte() {
  static const auto pair = [] {
    std::array<int, 2> ends;
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data());
    return ends;
  }();
  char character = 'x';
  send(pair[0], &character, 1, 0);
  read(pair[1], &character, 1);
}

int own_file() {
  static const int opened = open("/bin/policies", O_RDONLY);
  return opened;
}

void map_code() { munmap(mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, own_file(), 0), 4096); }

void protect_code() {
  static void* const page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, own_file(), 0);
  mprotect(page, 4096, PROT_READ | PROT_EXEC);
  mprotect(page, 4096, PROT_READ);
}

void protect_data() {
  static void* const page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(page, 4096, PROT_READ);
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

/// A command that does not exist, so its cost does not depend on what is loaded.
void ask_kernel() {
  std::array<std::uint32_t, 32> attr{};
  syscall(SYS_bpf, 9999, attr.data(), sizeof attr);
}

/// The soft limit is its own, so nothing changes. The kernel asks for CAP_SYS_RESOURCE, which the measured policy keeps.
void ask_capability() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  ++files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

void ask_file() {
  int waiting = 0;
  ioctl(own_file(), FIONREAD, &waiting);
}

void make_file() {
  close(open("/tmp/measured", O_CREAT | O_WRONLY, 0600));
  unlink("/tmp/measured");
}

/// A child that waits until this process kills it.
pid_t neighbour() {
  static const pid_t child = [] {
    const pid_t forked = fork();
    if (forked == 0)
      for (;;) pause();
    return forked;
  }();
  return child;
}

void look_at_neighbour() {
  static const std::string path = "/proc/" + std::to_string(neighbour()) + "/ns/net";
  char target[64];
  readlink(path.c_str(), target, sizeof target);
}

/// The kernel frees sockets later, in batches. So the cost of one is measured over many of them.
constexpr unsigned many = 20'000;

/// Capabilities that this program uses.
constexpr const char* needed_here = "CAP_DAC_OVERRIDE,CAP_SYS_ADMIN,CAP_SYS_RESOURCE,CAP_PERFMON,CAP_BPF";

const measured all_measured[] = {
    {"deny-socket-family", {{"family", "AF_ALG"}}, "new", make_socket, many},
    {"deny-socket-family", {{"family", "AF_ALG"}, {"existing", ""}}, "open", send_byte},
    {"deny-raw-sockets", {}, "new", make_socket, many},
    {"deny-netlink", {}, "new", make_netlink_socket, many},
    {"deny-writable-code", {}, "mmap", map_code},
    {"deny-writable-code", {}, "mprotect", protect_code},
    {"deny-fileless-exec", {}, "mmap", map_code},
    {"deny-exec-from", {{"from", "proc,sysfs"}}, "mmap", map_code},
    {"deny-drift", {}, "mmap", map_code},
    {"exec-allow", {{"allow", "/bin/policies"}}, "mmap", map_code},
    {"exec-only-from", {{"trust", "/bin/policies"}}, "mmap", map_code},
    {"guard-ptrace", {}, "look", look_at_neighbour},
    {"guard-bpf", {{"loading", ""}}, "ask", ask_kernel},
    {"deny-ioctl", {}, "ioctl", ask_file},
    {"lock-pins", {}, "unlink", make_file},
    {"mprotect-audit", {}, "mprotect", protect_data},
    {"allow-egress", {{"rules", "/tmp/rules"}}, "", {}},
    {"allow-ingress", {{"rules", "/tmp/rules"}}, "", {}},
    {"protect-files", {{"path", "/bin"}}, "", {}},
    {"lock-kernel-code", {}, "", {}},
    {"limit-capabilities", {{"keep", needed_here}}, "ask", ask_capability},
    {"deny-perf-events", {}, "", {}},
    {"guard-mounts", {}, "", {}},
    {"verity-exec", {{"trust", "/bin/policies"}}, "", {}},
    {"only-signed-bpf", {}, "", {}},
    {"deny-user-namespaces", {}, "", {}},
};

// ---------------------------------------------------------------------------------------------------------- the facts --

/// What the verifier reports about a program.
struct facts {
  unsigned instructions = 0, processed = 0, states = 0, microseconds = 0;
};

unsigned number_after(const std::string& text, const char* word) {
  const auto at = text.find(word);
  return at == text.npos ? 0 : static_cast<unsigned>(std::strtoul(text.c_str() + at + std::strlen(word), nullptr, 10));
}

/// For an object that no ELF file can represent: only the number of instructions, after loading it.
std::optional<facts> size_of(const object& whole) {
  const auto loaded = loader::load(whole);
  if (!loaded) return std::printf("%s\n", to_string(loaded.error()).c_str()), std::nullopt;
  facts sum;
  for (const auto& one : loaded->programs)
    if (const auto info = loader::describe_program(one)) sum.instructions += info->xlated_prog_len / 8;
  return sum;
}

/// Loads the object with libbpf, from an ELF file, because libbpf can request a log with statistics only. libbpf rejects
/// objects with relocations that CO-RE cannot express (an enumerator in a comparison).
std::optional<facts> facts_of(const object& whole, const lsmith::btf::types& kernel) {
  const auto file = write_elf(whole, {.kernel = &kernel});
  if (!file) return size_of(whole);
  bpf_object* opened = bpf_object__open_mem(file->data(), file->size(), nullptr);
  if (opened == nullptr) return size_of(whole);
  std::vector<std::vector<char>> logs;
  logs.reserve(whole.programs.size());
  bpf_program* one = nullptr;
  bpf_object__for_each_program(one, opened) {
    logs.emplace_back(1 << 16);
    bpf_program__set_log_level(one, 4);
    bpf_program__set_log_buf(one, logs.back().data(), logs.back().size());
  }
  facts sum;
  const bool loaded = bpf_object__load(opened) == 0;
  std::size_t index = 0;
  bpf_object__for_each_program(one, opened) {
    const std::string log = logs[index++].data();
    bpf_prog_info info{};
    std::uint32_t size = sizeof info;
    if (loaded && bpf_obj_get_info_by_fd(bpf_program__fd(one), &info, &size) == 0) sum.instructions += info.xlated_prog_len / 8;
    sum.processed += number_after(log, "processed ");
    sum.states += number_after(log, "total_states ");
    sum.microseconds += number_after(log, "verification time ");
  }
  bpf_object__close(opened);
  return loaded ? std::optional(sum) : size_of(whole);
}

// ----------------------------------------------------------------------------------------------------------- the cost --

constexpr unsigned rounds = 9;

/// Waits until the kernel has finished its work for programs that were attached or detached.
void settle() { usleep(500'000); }

double nanoseconds_a_call(const measured& one) {
  timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (unsigned i = 0; i < one.calls; ++i) one.call();
  clock_gettime(CLOCK_MONOTONIC, &end);
  return (static_cast<double>(end.tv_sec - begin.tv_sec) * 1e9 + static_cast<double>(end.tv_nsec - begin.tv_nsec)) / one.calls;
}

/// A process that only makes the calls. The cost of mapping memory, for example, depends on what a process has mapped, and a
/// process that loads programs changes its mappings.
class caller {
 public:
  caller() {
    std::array<int, 2> requests, results;
    if (pipe(requests.data()) != 0 || pipe(results.data()) != 0) std::abort();
    if (fork() == 0) serve(requests[0], results[1]);
    to_ = requests[1];
    from_ = results[0];
  }

  double nanoseconds(std::size_t which) const {
    settle();
    double figure = 0;
    if (write(to_, &which, sizeof which) != sizeof which || read(from_, &figure, sizeof figure) != sizeof figure) std::abort();
    return figure;
  }

 private:
  [[noreturn]] static void serve(int requests, int results) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (std::size_t which; read(requests, &which, sizeof which) == sizeof which;) {
      const double figure = nanoseconds_a_call(all_measured[which]);
      if (write(results, &figure, sizeof figure) != sizeof figure) break;
    }
    _exit(0);
  }

  int to_ = -1, from_ = -1;
};

/// Other work of the kernel in a round can only increase the result, so the smallest is used.
double least(const std::vector<double>& of) { return *std::ranges::min_element(of); }

/// The rule in C, attached as long as this exists: one program or more.
class in_c {
 public:
  in_c(const char* path, const std::string& name, std::uint32_t has_kernel_argument)
      : whole_(bpf_object__open_file(path, nullptr)) {
    if (whole_ == nullptr) return;
    bpf_program* one = nullptr;
    bpf_object__for_each_program(one, whole_)
        bpf_program__set_autoload(one, std::string_view(bpf_program__name(one)).starts_with(name));
    set({programs::identify_file("/bin/policies")->device, has_kernel_argument});
    if (bpf_object__load(whole_) != 0) return;
    allow_this_program();
    bpf_object__for_each_program(one, whole_) if (bpf_program__fd(one) >= 0) links_.push_back(bpf_program__attach_lsm(one));
  }
  ~in_c() {
    for (bpf_link* link : links_) bpf_link__destroy(link);
    bpf_object__close(whole_);
  }
  in_c(const in_c&) = delete;
  in_c& operator=(const in_c&) = delete;
  bool holds() const { return !links_.empty() && std::ranges::find(links_, nullptr) == links_.end(); }

 private:
  /// The variable `known` of the rules in C.
  struct known {
    std::uint32_t trusted_device, has_kernel_argument;
  };
  void set(const known& of_it) const {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, whole_) if (std::strstr(bpf_map__name(map), ".rodata") != nullptr)
        bpf_map__set_initial_value(map, &of_it, sizeof of_it);
  }

  void allow_this_program() const {
    const auto own = programs::identify_executable("/bin/policies");
    const bpf_map* allowed = bpf_object__find_map_by_name(whole_, "allowed");
    if (own && allowed != nullptr)
      bpf_map__update_elem(allowed, &own->file, sizeof own->file, &own->generation, sizeof own->generation, BPF_ANY);
  }

  bpf_object* whole_;
  std::vector<bpf_link*> links_ = {};
};

std::string program_name(const measured& one) {
  std::string name = std::string(one.policy) + "__" + one.variant;
  std::ranges::replace(name, '-', '_');
  return name;
}

void print_cost(const caller& calls_of, std::size_t which, const programs::made_policy& policy, const char* path,
                std::uint32_t has_kernel_argument) {
  const measured& one = all_measured[which];
  std::vector<double> without, ours, theirs;
  for (unsigned round = 0; round < rounds; ++round) {
    without.push_back(calls_of.nanoseconds(which));
    {
      const auto held = loader::enforce(policy.whole, {.contents = policy.contents});
      if (!held) return void(std::printf("cost %s refused: %s\n", program_name(one).c_str(), to_string(held.error()).c_str()));
      ours.push_back(calls_of.nanoseconds(which));
    }
    const in_c held(path, program_name(one), has_kernel_argument);
    if (held.holds()) theirs.push_back(calls_of.nanoseconds(which));
  }
  std::printf("cost %s %.0f %.0f %.0f\n", program_name(one).c_str(), least(without), least(ours),
              theirs.empty() ? 0 : least(theirs));
}

int quiet(libbpf_print_level, const char* format, va_list words) {
  return std::getenv("REASONS") != nullptr ? std::vfprintf(stderr, format, words) : 0;
}

}  // namespace

int main(int, char** words) {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
  libbpf_set_print(quiet);
  mkdir("/tmp", 0755);
  std::ofstream("/tmp/rules") << "10.0.0.0/8 443\n";
  neighbour();
  const caller calls;
  const std::vector<char> raw = kernel_types();
  const auto kernel = lsmith::btf::types::parse(std::as_bytes(std::span(raw)));
  if (!kernel) return 1;

  const auto hook = lsmith::btf::find_hook(*kernel, "bpf");
  const bool has_kernel_argument = hook && lsmith::btf::find_argument(*kernel, *hook, "kernel");
  for (std::size_t which = 0; which < std::size(all_measured); ++which) {
    const measured& one = all_measured[which];
    const programs::chosen_policy chosen[] = {{*programs::find_policy(one.policy), one.values}};
    const auto policy = programs::make(chosen, {.events = programs::event_channel::none}, *kernel);
    if (!policy || !policy->not_covered.empty()) {
      std::printf("facts %s absent\n", one.policy);
      continue;
    }
    if (const auto sum = facts_of(policy->whole, *kernel))
      std::printf("facts %s %zu %u %u %u %u\n", program_name(one).c_str(), policy->whole.programs.size(), sum->instructions,
                  sum->processed, sum->states, sum->microseconds);
    if (one.call) print_cost(calls, which, *policy, words[1], has_kernel_argument);
  }
  kill(neighbour(), SIGKILL);
  std::printf("total: 1 passed, 0 failed, 0 skipped\n");  // for ring.sh: the guest ran to its end
}
