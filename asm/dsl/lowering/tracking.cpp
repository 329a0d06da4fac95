#include <lsmith/asm/dsl/lowering/tracking.hpp>

#include <cerrno>
#include <utility>

#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/asm/object/reserved_names.hpp>

namespace lsmith {

using namespace isa;

namespace {

constexpr int task = -8;     ///< address of the current task, then of the new one: a key of scope_tree
constexpr int process = -16; ///< its tgid: a key of scope_seeds; then a copied member; the value of a mark
constexpr int started = -24;  ///< start time out of scope_seeds

/// Copies 8 bytes, a member of the task whose address is at r10+`from`, to r10+`process`.
void follow(assembler& code, int from, std::string_view member) {
  code({
      mov(r1, r10),
      add(r1, process),
      mov(r2, 8),
      load(r3, mem64[r10 + from]),
      add(r3, field("task_struct", member)),
      call(helper::probe_read_kernel),
  });
}

void look_up(assembler& code, std::string_view map, int key) {
  code({
      ld_imm64(r1, map_fd(map)),
      mov(r2, r10),
      add(r2, key),
      call(helper::map_lookup_elem),
  });
}

program finished(std::string_view name, std::string_view hook, assembler&& code) {
  return make_program(name, hook, *std::move(code).finish());  // the code of this file has no faults
}

program fork_program() {
  assembler code;
  const label outside = code.new_label("outside"), leave = code.new_label("leave");
  code({
      load(r0, mem64[r1 + previous_retval()]),
      jne(w0, 0, leave),
      mov(r6, r1),
  });
  test_tree(code, outside);
  code({
      load(r1, mem64[r6 + argument("task")]),
      store(mem64[r10 + task], r1),
      store(mem32[r10 + process], 1),
      ld_imm64(r1, map_fd(reserved::scope_tree)),
      mov(r2, r10),
      add(r2, task),
      mov(r3, r10),
      add(r3, process),
      mov(r4, 0),
      call(helper::map_update_elem),
      jeq(r0, 0, outside),
      mov(r0, -EAGAIN),
      exit(),
      bind(outside),
      mov(r0, 0),
      bind(leave),
      exit(),
  });
  return finished("track_fork", "task_alloc", std::move(code));
}

program exit_program() {
  assembler code;
  code({
      load(r1, mem64[r1 + argument("task")]),
      store(mem64[r10 + task], r1),
      ld_imm64(r1, map_fd(reserved::scope_tree)),
      mov(r2, r10),
      add(r2, task),
      call(helper::map_delete_elem),
      mov(r0, 0),
      exit(),
  });
  return finished("track_exit", "task_free", std::move(code));
}

}  // namespace

void isa::test_tree(assembler& code, label outside) {
  const label inside = code.new_label("inside");
  code({
      call(helper::get_current_task),
      store(mem64[r10 + task], r0),
  });
  look_up(code, reserved::scope_tree, task);
  code({
      jne(r0, 0, inside),
      call(helper::get_current_pid_tgid),
      rsh(r0, 32),
      store(mem32[r10 + process], r0),
  });
  look_up(code, reserved::scope_seeds, process);
  code({
      jeq(r0, 0, outside),
      load(r1, mem64[r0 + 0]),
      store(mem64[r10 + started], r1),
  });
  follow(code, task, "group_leader");
  follow(code, process, "start_boottime");
  code({
      load(r1, mem64[r10 + process]),
      div(r1, nanoseconds_in_seed_time),
      load(r2, mem64[r10 + started]),
      jne(r1, r2, outside),
      bind(inside),
  });
}

void track_tree(object& whole) {
  if (whole.find_map(reserved::scope_tree) != nullptr) return;
  whole.maps.push_back({.name = std::string(reserved::scope_tree),
                        .type = map_type::hash,
                        .key_size = 8,
                        .value_size = 4,
                        .entries = marked_tasks});
  whole.maps.push_back({.name = std::string(reserved::scope_seeds),
                        .type = map_type::hash,
                        .key_size = 4,
                        .value_size = 8,
                        .entries = seeded_processes});
  whole.programs.insert(whole.programs.begin(), {exit_program(), fork_program()});
}

}  // namespace lsmith
