#include <lsmith/programs/policy/parts.hpp>

#include <cerrno>
#include <cstddef>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/policy/decision_counts.hpp>
#include <lsmith/programs/policy/scope.hpp>

namespace lsmith::programs {

using namespace isa;

namespace {

/// The event is at the top of the stack, directly below the frame pointer.
constexpr int record = -static_cast<int>(sizeof(event));

constexpr int at(std::size_t member) { return record + static_cast<int>(member); }

/// Below it are a decision key and the first count for it, and below them the pointer that follow() has read.
constexpr int key = record - static_cast<int>(sizeof(decision_key));
constexpr int fresh = key - static_cast<int>(sizeof(decision_count));
constexpr int pointer = fresh - 8;

constexpr int key_at(std::size_t member) { return key + static_cast<int>(member); }
constexpr int fresh_at(std::size_t member) { return fresh + static_cast<int>(member); }

constexpr int the_only_rule = 0;
constexpr std::uint32_t ring_size = 256 * 1024;
constexpr std::int64_t current_cpu = 0xffffffff;  // BPF_F_CURRENT_CPU

void fill_record(assembler& code, std::span<const r_register> values) {
  for (std::size_t i = 0; i < sizeof(event::text); i += 8) code({store(mem64[r10 + at(offsetof(event, text) + i)], 0)});
  for (std::size_t i = 0; i < event_values; ++i) {
    const int slot = at(offsetof(event, values) + i * sizeof(std::uint64_t));
    if (i < values.size()) code({store(mem64[r10 + slot], values[i])});
    else code({store(mem64[r10 + slot], 0)});
  }
  code({
      call(helper::ktime_get_ns),
      store(mem64[r10 + at(offsetof(event, time))], r0),
      call(helper::get_current_pid_tgid),
      store(mem64[r10 + at(offsetof(event, thread))], r0),
      call(helper::get_current_uid_gid),
      store(mem64[r10 + at(offsetof(event, uid))], r0),
      mov(r1, constant(reserved::denial)),
      store(mem32[r10 + at(offsetof(event, retval))], r1),
      store(mem32[r10 + at(offsetof(event, rule))], the_only_rule),
      mov(r1, r10),
      add(r1, at(offsetof(event, comm))),
      mov(r2, sizeof(event::comm)),
      call(helper::get_current_comm),
  });
}

void send_record(assembler& code, event_channel through) {
  if (through == event_channel::ring_buffer) {
    code({
        ld_imm64(r1, map_fd(reserved::events)),
        mov(r2, r10),
        add(r2, record),
        mov(r3, sizeof(event)),
        mov(r4, 0),
        call(helper::ringbuf_output),
    });
  } else {
    code({
        mov(r1, r6),
        ld_imm64(r2, map_fd(reserved::events)),
        mov(w3, current_cpu),
        mov(r4, r10),
        add(r4, record),
        mov(r5, sizeof(event)),
        call(helper::perf_event_output),
    });
  }
}

/// r3 = ((struct `type`*)r3)->`member`. If r3 is null, it stays null: a failed probe_read_kernel() writes zeros.
void follow(assembler& code, std::string_view type, std::string_view member) {
  code({
      add(r3, field(type, member)),
      mov(r1, r10),
      add(r1, pointer),
      mov(r2, 8),
      call(helper::probe_read_kernel),
      load(r3, mem64[r10 + pointer]),
  });
}

void fill_executable(assembler& code) {
  for (std::size_t i = 0; i < sizeof(decision_key::executable); i += 8)
    code({store(mem64[r10 + key_at(offsetof(decision_key, executable) + i)], 0)});
  code({call(helper::get_current_task), mov(r3, r0)});
  follow(code, "task_struct", "mm");
  follow(code, "mm_struct", "exe_file");
  follow(code, "file", "f_path.dentry");
  follow(code, "dentry", "d_name.name");
  code({
      mov(r1, r10),
      add(r1, key_at(offsetof(decision_key, executable))),
      mov(r2, sizeof(decision_key::executable)),
      call(helper::probe_read_kernel_str),
  });
}

void fill_key(assembler& code, r_register value) {
  code({
      store(mem64[r10 + key_at(offsetof(decision_key, value))], value),
      store(mem64[r10 + key_at(offsetof(decision_key, address))], 0),
      store(mem64[r10 + key_at(offsetof(decision_key, address) + 8)], 0),
      store(mem32[r10 + key_at(offsetof(decision_key, rule))], the_only_rule),
      store(mem32[r10 + key_at(offsetof(decision_key, reserved))], 0),
      call(helper::get_current_uid_gid),
      store(mem32[r10 + key_at(offsetof(decision_key, uid))], r0),
      mov(r1, constant(reserved::denial)),
      store(mem32[r10 + key_at(offsetof(decision_key, retval))], r1),
      call(helper::ktime_get_boot_ns),
      store(mem64[r10 + fresh_at(offsetof(decision_count, first))], r0),
      store(mem64[r10 + fresh_at(offsetof(decision_count, last))], r0),
      store(mem64[r10 + fresh_at(offsetof(decision_count, count))], 1),
  });
  fill_executable(code);
}

void count(assembler& code, r_register value) {
  const label counted = code.new_label("counted");
  const label missing = code.new_label("missing");
  fill_key(code, value);
  code({
      ld_imm64(r1, map_fd(reserved::decisions)),
      mov(r2, r10),
      add(r2, key),
      call(helper::map_lookup_elem),
      jeq(r0, 0, missing),
      mov(r1, 1),
      atomic_add(mem64[r0 + offsetof(decision_count, count)], r1),
      load(r1, mem64[r10 + fresh_at(offsetof(decision_count, last))]),
      store(mem64[r0 + offsetof(decision_count, last)], r1),
      ja(counted),
      bind(missing),
      ld_imm64(r1, map_fd(reserved::decisions)),
      mov(r2, r10),
      add(r2, key),
      mov(r3, r10),
      add(r3, fresh),
      mov(r4, 1),  // BPF_NOEXIST: if another CPU has inserted the key before, its count must stay
      call(helper::map_update_elem),
      jeq(r0, 0, counted),
      ld_imm64(r1, map_value(reserved::uncounted, 0)),
      mov(r2, 1),
      atomic_add(mem64[r1 + 0], r2),
      bind(counted),
  });
}

void send(assembler& code, event_channel through, std::span<const r_register> values) {
  const label sent = code.new_label("sent");
  fill_record(code, values);
  send_record(code, through);
  code({
      jeq(r0, 0, sent),
      ld_imm64(r1, map_value(reserved::lost, 0)),
      mov(r2, 1),
      atomic_add(mem64[r1 + 0], r2),
      bind(sent),
  });
}

void add_decision_counts(object& to) {
  to.maps.push_back({.name = std::string(reserved::decisions),
                     .type = map_type::hash,
                     .key_size = sizeof(decision_key),
                     .value_size = sizeof(decision_count),
                     .entries = most_decisions});
  to.maps.push_back({.name = std::string(reserved::uncounted)});
}

void add_channel(object& to, event_channel through) {
  switch (through) {
    case event_channel::none: return;
    case event_channel::ring_buffer:
      to.maps.push_back({.name = std::string(reserved::events),
                         .type = map_type::ringbuf,
                         .key_size = 0,
                         .value_size = 0,
                         .entries = ring_size});
      break;
    case event_channel::perf_buffer:
      to.maps.push_back(
          {.name = std::string(reserved::events), .type = map_type::perf_event_array, .value_size = 4, .entries = 0});
      break;
  }
  to.maps.push_back({.name = std::string(reserved::lost)});
}

}  // namespace

void begin(assembler& code, label leave) {
  code({
      load(r0, mem64[r1 + previous_retval()]),
      jne(w0, 0, leave),
      mov(r6, r1),
  });
}

namespace {

void test_deadline(assembler& code, label pass) {
  const label confirmed = code.new_label("confirmed");
  code({
      call(helper::ktime_get_boot_ns),
      ld_imm64(r1, map_value(reserved::deadline, 0)),
      load(r1, mem64[r1 + 0]),
      jeq(r1, 0, confirmed),
      jge(r0, r1, pass),
      bind(confirmed),
  });
}

}  // namespace

void test_bound(assembler& code, const lean_choices& choices, label pass) {
  test_scope(code, choices.scope.kind, pass);
  if (choices.expires) test_deadline(code, pass);
}

bool may_pass(const lean_choices& choices) { return choices.scope.kind != scope_kind::system || choices.expires; }

bool reports(const lean_choices& choices) { return choices.events != event_channel::none || choices.count_decisions; }

void report(assembler& code, const lean_choices& choices, std::span<const r_register> values) {
  if (choices.count_decisions) count(code, values.front());
  if (choices.events != event_channel::none) send(code, choices.events, values);
}

void deny(assembler& code) {
  code({
      mov(r0, constant(reserved::denial)),
      exit(),
  });
}

checked<object> make_object(std::string_view name, std::string_view hook, assembler&& code, const lean_choices& choices) {
  auto finished = std::move(code).finish();
  if (!finished) return std::unexpected(finished.error());
  object whole;
  whole.programs.push_back(isa::make_program(name, hook, std::move(*finished)));
  whole.constants.push_back({std::string(reserved::denial), static_cast<std::uint64_t>(-EPERM)});
  add_scope(whole, choices.scope);
  add_channel(whole, choices.events);
  if (choices.count_decisions) add_decision_counts(whole);
  if (choices.expires) whole.maps.push_back({.name = std::string(reserved::deadline)});
  return whole;
}

}  // namespace lsmith::programs
