// Can this machine enforce? Each row is answered by asking the kernel for the thing itself, not by its version; the last
// one loads a program that does nothing, attaches it nowhere, and lets it go.
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include <iomanip>

#include <lsmith/asm/assembler.hpp>
#include <lsmith/asm/mnemonics.hpp>
#include <lsmith/loader/active_lsms.hpp>
#include <lsmith/loader/can_enforce.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/kernel_btf.hpp>
#include <lsmith/loader/privilege.hpp>
#include <lsmith/programs/cli/json.hpp>
#include <lsmith/programs/cli/options.hpp>

namespace lsmith::cli {
namespace {

enum class answer { yes, no, limited };

/// One question with its answer: what was found, and what to change where it stands in the way. What is limited keeps
/// nothing from being enforced, only from being asked for in one way.
struct finding {
  std::string_view question;
  answer is;
  std::string found;
};

finding ask_kernel() {
  utsname names;
  uname(&names);
  return {"kernel", answer::yes, std::string(names.release) + " " + names.machine};
}

std::string_view word(loader::kernel_btf::way how) {
  switch (how) {
    case loader::kernel_btf::way::mapped: return "mapped";
    case loader::kernel_btf::way::streamed: return "streamed";
    case loader::kernel_btf::way::copied: return "copied from the kernel, since sysfs is not mounted";
  }
  __builtin_unreachable();
}

finding ask_types() {
  loader::kernel_btf kernel;
  if (auto opened = kernel.open(); !opened) return {"types", answer::no, to_string(opened.error())};
  return {"types", answer::yes, std::to_string(kernel.size()) + " bytes, " + std::string(word(kernel.how()))};
}

/// Nobody gives the list: a program must be seen to decide.
finding ask_proof() {
  const auto proof = loader::can_enforce();
  if (proof) return {"active LSMs", answer::yes, "not listed, but a probe program was seen to decide"};
  return {"active LSMs", answer::no, to_string(proof.error())};
}

finding ask_active() {
  const auto active = loader::active_lsms();
  if (!active) return ask_proof();
  std::string list;
  for (const std::string& name : *active) list += (list.empty() ? "" : ",") + name;
  if (std::ranges::find(*active, "bpf") != active->end()) return {"active LSMs", answer::yes, list};
  return {"active LSMs", answer::no, list + "; boot with lsm=" + loader::lsm_list_with_bpf(*active)};
}

finding ask_tracer() {
  if (!loader::ftrace_is_off()) return {"tracer", answer::yes, "kernel.ftrace_enabled is not 0"};
  return {"tracer", answer::no, to_string(error{.why = cause::ftrace_off})};
}

bool is_mounted(const char* path, decltype(statfs::f_type) magic) {
  struct statfs status = {};
  return statfs(path, &status) == 0 && status.f_type == magic;
}

finding ask_pins() {
  constexpr decltype(statfs::f_type) bpffs = 0xcafe4a11;
  if (is_mounted("/sys/fs/bpf", bpffs)) return {"pins", answer::yes, "/sys/fs/bpf is a BPF file system"};
  return {"pins", answer::limited, "--pin needs a BPF file system; mount one: mount -t bpf bpf /sys/fs/bpf"};
}

finding ask_cgroups() {
  constexpr decltype(statfs::f_type) cgroup2 = 0x63677270;
  for (const char* path : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"})
    if (is_mounted(path, cgroup2)) return {"cgroups", answer::yes, std::string(path) + " is of version 2"};
  return {"cgroups", answer::limited, "--cgroup needs version 2; mount it: mount -t cgroup2 cgroup2 /sys/fs/cgroup"};
}

finding ask_privilege() {
  using loader::capability;
  if (loader::has(capability::sys_admin)) return {"privilege", answer::yes, "CAP_SYS_ADMIN"};
  if (loader::has(capability::bpf) && loader::has(capability::perfmon)) return {"privilege", answer::yes, "CAP_BPF, CAP_PERFMON"};
  return {"privilege", answer::no, to_string(loader::explain_eperm("BPF_PROG_LOAD"))};
}

/// The least LSM program there is: it gives back the previous answer.
checked<object> least_program() {
  using namespace isa;
  assembler code;
  code({
      load(r0, mem64[r1 + previous_answer()]),
      exit(),
  });
  auto finished = std::move(code).finish();
  if (!finished) return std::unexpected(finished.error());
  object whole;
  whole.programs.push_back(make_program("lsmith_doctor", "socket_create", std::move(*finished)));
  return whole;
}

finding ask_load() {
  auto least = least_program();
  if (!least) return {"load", answer::no, to_string(least.error())};
  const auto loaded = loader::load(std::move(*least));
  if (!loaded) return {"load", answer::no, to_string(loaded.error())};
  return {"load", answer::yes, "an LSM program loads"};
}

std::string_view word(answer is) {
  switch (is) {
    case answer::yes: return "yes";
    case answer::no: return "no";
    case answer::limited: return "limited";
  }
  __builtin_unreachable();
}

}  // namespace

int doctor(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description known("Options of doctor");
  known.add_options()("json", "as JSON")("help", "this text");
  const auto values = read_options(given, known);
  if (values.count("help"))
    return to.out << "usage: lsmith doctor [--json]\n\nCan this machine enforce, and if not, what to change. Exit status 0 when it can.\n\n"
                  << known, done;

  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);  // as run does where it must: before 5.11 programs count against it
  const finding all[] = {ask_kernel(), ask_types(), ask_active(), ask_tracer(), ask_privilege(), ask_load(), ask_pins(), ask_cgroups()};
  int status = done;
  for (const finding& one : all)
    if (one.is == answer::no) status = refused;

  if (values.count("json")) {
    write_json_list(to.out, all, [&](const finding& one) {
      json_object row(to.out);
      row.text("question", one.question);
      row.text("answer", word(one.is));
      row.text("found", one.found);
    });
    to.out << '\n';
    return status;
  }
  for (const finding& one : all)
    to.out << std::left << std::setw(9) << word(one.is) << std::setw(13) << one.question << one.found << '\n';
  to.out << (status == done ? "this machine can enforce\n" : "this machine cannot enforce as it is\n");
  return status;
}

}  // namespace lsmith::cli
