// Calls of random programs: helpers, kernel functions, references that they acquire, and functions of their own.
#include <lsmith/tests/asm/dsl/random.hpp>

namespace lsmith::tests {

/// A call that returns a number, or a pointer that is compared with null.
dsl::value random_program::call() {
  using r = random_program;
  static constexpr auto of_socket = [](r& p, const char* which) { return p.h_->call(which, {p.follow(p.hook_->sockets[0])}); };
  static constexpr auto has_sockets = [](const r& p) { return !p.hook_->sockets.empty(); };
  static constexpr number_row all[] = {
      {"helper get_prandom_u32", [](r& p, unsigned) { return p.h_->call("get_prandom_u32"); }},
      {"helper get_smp_processor_id", [](r& p, unsigned) { return p.h_->call("bpf_get_smp_processor_id"); }},
      {"helper get_numa_node_id", [](r& p, unsigned) { return p.h_->call("get_numa_node_id"); }},
      {"helper jiffies64", [](r& p, unsigned) { return p.h_->call("jiffies64"); }},
      {"helper ktime_get_ns", [](r& p, unsigned) { return p.h_->call("ktime_get_ns"); }},
      {"helper send_signal", [](r& p, unsigned) { return p.h_->call("send_signal", {p.number(1) & 31}); }},
      {"helper send_signal_thread", [](r& p, unsigned) { return p.h_->call("send_signal_thread", {p.number(1) & 31}); }},
      {"helper get_current_ancestor_cgroup_id",
       [](r& p, unsigned) { return p.h_->call("get_current_ancestor_cgroup_id", {p.h_->pid() & 7}); },
       [](const r& p) { return p.can_.since(5, 15); }},
      {"helper get_func_arg_cnt", [](r& p, unsigned) { return p.h_->call("get_func_arg_cnt"); },
       [](const r& p) { return p.can_.since(5, 17) && p.how_.attach == attach_kind::lsm_mac; }},
      {"helper get_attach_cookie", [](r& p, unsigned) { return p.h_->call("get_attach_cookie"); },
       [](const r& p) { return p.can_.since(5, 19) && p.how_.attach == attach_kind::lsm_mac; }},
      {"helper ktime_get_tai_ns", [](r& p, unsigned) { return p.h_->call("ktime_get_tai_ns"); },
       [](const r& p) { return p.can_.since(6, 1); }},
      {"helper get_retval", [](r& p, unsigned) { return p.h_->call("get_retval"); },
       [](const r& p) { return p.how_.attach == attach_kind::lsm_cgroup; }},
      {"helper bprm_opts_set", [](r& p, unsigned) { return p.h_->call("bprm_opts_set", {p.h_->arg("bprm"), p.number(1) & 1}); },
       [](const r& p) { return p.can_.since(5, 11) && p.hook_->name == "bprm_check_security"; }},
      {"helper bprm_opts_set", [](r& p, unsigned) { return p.h_->call("bprm_opts_set", {p.h_->arg("bprm"), p.number(1) & 1}); },
       [](const r& p) { return p.can_.since(5, 11) && p.hook_->name == "bprm_check_security"; }},
      {"helper bprm_opts_set", [](r& p, unsigned) { return p.h_->call("bprm_opts_set", {p.h_->arg("bprm"), p.number(1) & 1}); },
       [](const r& p) { return p.can_.since(5, 11) && p.hook_->name == "bprm_check_security"; }},
      {"helper sock_from_file",
       [](r& p, unsigned) { return p.h_->call("sock_from_file", {p.follow(p.hook_->files[0])})["type"]; },
       [](const r& p) { return p.can_.since(5, 11) && !p.hook_->files.empty(); }},
      {"helper get_socket_cookie", [](r& p, unsigned) { return of_socket(p, "get_socket_cookie"); },
       [](const r& p) { return p.can_.since(5, 12) && !p.hook_->sockets.empty(); }},
      {"helper skc_to_tcp_sock",
       [](r& p, unsigned) {
         p.h_->when(of_socket(p, "skc_to_tcp_sock") != 0, [&p] { p.map_statement(); });
         return p.h_->pid();
       },
       has_sockets},
      {"helper task_pt_regs",
       [](r& p, unsigned) {
         p.h_->when(p.h_->call("task_pt_regs", {p.h_->current()}) == 0, [&p] { p.map_statement(); });
         return p.h_->pid();
       },
       [](const r& p) { return p.can_.since(5, 15); }},
      {"kernel function bpf_task_under_cgroup",
       [](r& p, unsigned) {
         return p.h_->call("bpf_task_under_cgroup", {p.h_->current(), p.h_->current()["cgroups"]["dfl_cgrp"]}) & 0xff;
       },
       [](const r& p) { return p.can_.since(6, 12) && !p.how_.sleepable; }},
  };
  return pick(all).make(*this, 0);
}

/// Statements that run while a reference is held.
void random_program::hold() {
  const bool by_number = one_in(2);
  used(by_number ? "hold bpf_task_from_pid" : "hold bpf_get_task_exe_file");
  const dsl::held held =
      by_number ? h_->hold("bpf_task_from_pid", {h_->pid()}) : h_->hold("bpf_get_task_exe_file", {h_->current()});
  ++holds_;
  const auto within = [this, by_number](const dsl::value& got) {
    h_->when(by_number ? got["tgid"] == 3 : got["f_flags"] == 3, [this] { statements(0); });
    if (one_in(3)) statements(1);
  };
  if (one_in(2)) held.found(within);
  else held.found(within, [this] { statements(0); });
  --holds_;
}

/// Writes two functions, one of numbers and one of a pointer, before the statements that may call them.
void random_program::write_functions() {
  if (!one_in(3)) return;
  used("function");
  ++inside_;
  scaled_.emplace(
      h_->function<std::uint32_t(std::uint64_t, std::uint32_t)>("scaled", [this](const dsl::value& many, const dsl::value& few) {
        h_->when(many > 5, [&] {
          used("give");
          h_->give(few & 0xff);
        });
        statements(1);
        return (few >> 3) + 1;
      }));
  if (can_.since(5, 11)) {
    used("function of a pointer");
    is_child_.emplace(h_->function<bool(dsl::pointer<"task_struct">)>("is_child", [this](const dsl::value& task) {
      if (one_in(2)) map_statement();
      return task["real_parent"]["tgid"] != 1;
    }));
  }
  --inside_;
}

dsl::value random_program::call_function() {
  if (is_child_ && one_in(2)) {
    used("function of a pointer, called");
    return (*is_child_)(hook_->tasks.empty() ? h_->current() : follow(hook_->tasks[0]));
  }
  return (*scaled_)(number(1), number(1) & 0xffff);
}

}  // namespace lsmith::tests
