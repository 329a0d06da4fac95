// The table that turns a cause into a sentence. A sentence says what is wrong, then, after a semicolon, what to do. These
// tags are replaced by fields of the error:
//   {name} {of} {first} {second}   as they are
//   {hex}                          `first`, in hexadecimal
//   {errno}                        `system_error`, as "EPERM (operation not permitted)"
// Part of the core: no heap, no library.
#include <lsmith/btf/base/error.hpp>

#include <lsmith/btf/text/characters.hpp>
#include <lsmith/btf/text/compare.hpp>
#include <lsmith/btf/text/errno_names.hpp>

namespace lsmith {

using namespace std::string_view_literals;  // literals with their length: the core has no strlen

namespace {

struct sentence {
  cause why;
  std::string_view word;
  std::string_view text;
};

constexpr sentence sentences[] = {
    {cause::none, "none", "no error"},

    {cause::file_unreadable, "file_unreadable", "cannot read '{name}': {errno}"},
    {cause::not_a_file, "not_a_file", "'{name}' is no regular file"},
    {cause::btf_magic, "btf_magic", "this is not BTF: it starts with {hex} instead of 0xeb9f; give a raw BTF file or an ELF file with a .BTF section"},
    {cause::btf_truncated, "btf_truncated", "the BTF is cut off in its {name}: {first} bytes are needed and {second} are there; get the file again"},
    {cause::btf_header, "btf_header", "the BTF header's {name} cannot be {first}; the file is damaged"},
    {cause::btf_kind, "btf_kind", "BTF type {first} has kind {second}, which is unknown here, and the file does not say how long its records are"},
    {cause::btf_string, "btf_string", "BTF type {first} has its name at {second}, outside the strings; the file is damaged"},
    {cause::btf_type_id, "btf_type_id", "BTF type id {first} is referred to, and there are only {second} types; the file is damaged, or it is split BTF without its base"},
    {cause::btf_loop, "btf_loop", "BTF type {first} refers to itself; the file is damaged"},
    {cause::btf_layout, "btf_layout", "BTF type {first} contradicts itself in its {name}; the file is damaged"},
    {cause::btf_names, "btf_names", "the names in this BTF overlap, and would make a C header many times its size; print it raw or as JSON"},
    {cause::elf_invalid, "elf_invalid", "this ELF file cannot be read: {name}"},
    {cause::elf_without_btf, "elf_without_btf", "this ELF file has no .BTF section; build it with BTF (for a kernel: CONFIG_DEBUG_INFO_BTF=y)"},

    {cause::unknown_hook, "unknown_hook", "there is no LSM hook '{name}'"},
    {cause::unknown_type, "unknown_type", "there is no type '{name}'"},
    {cause::unknown_member, "unknown_member", "struct {of} has no member '{name}'"},
    {cause::unknown_argument, "unknown_argument", "hook {of} has no argument '{name}'"},
    {cause::unknown_enumerator, "unknown_enumerator", "enum {of} has no enumerator '{name}'"},
    {cause::unknown_function, "unknown_function", "there is no function '{name}'"},
    {cause::not_a_struct, "not_a_struct", "'{name}' of {of} has no members"},
    {cause::ambiguous_name, "ambiguous_name", "{first} types are named '{name}', and differ: {of}"},

    {cause::immediate_range, "immediate_range", "{first} does not fit the {second}-bit immediate of {name}"},
    {cause::immediate_large, "immediate_large", "{hex} does not fit the {second}-bit immediate of {name}"},
    {cause::offset_range, "offset_range", "{first} does not fit the {second}-bit offset of {name}"},
    {cause::register_range, "register_range", "register {first} does not fit the four bits that an instruction has for one"},
    {cause::jump_range, "jump_range", "the jump to '{name}' is {first} slots long and does not fit {second} bits"},
    {cause::label_unbound, "label_unbound", "label '{name}' is jumped to and never bound"},
    {cause::label_rebound, "label_rebound", "label '{name}' is bound a second time"},
    {cause::label_reserved, "label_reserved", "'{name}' is the name of a helper and cannot be a label"},
    {cause::label_foreign, "label_foreign", "this label belongs to another assembler; make it with the assembler that uses it"},
    {cause::program_empty, "program_empty", "the program has no instruction"},
    {cause::program_too_long, "program_too_long", "the program has {first} instruction slots, and the kernel takes {second}"},
    {cause::relocation_range, "relocation_range", "{name} is {first} here and does not fit {second} bits of the instruction"},
    {cause::unknown_map, "unknown_map", "the program uses map '{name}', and the object has none of that name"},
    {cause::unknown_constant, "unknown_constant", "the object has no constant '{name}'"},
    {cause::inner_unknown, "inner_unknown", "map '{name}' is a map of maps like '{of}', and no map of that name comes before it"},
    {cause::slot_unknown, "slot_unknown", "map '{name}' is to contain '{of}' at {first}, and the object has nothing of that name"},
    {cause::slot_range, "slot_range", "map '{name}' is to contain '{of}' at {first}, and has room for {second}"},
    {cause::initial_value_unfit, "initial_value_unfit", "map '{name}' is given {first} bytes of initial values; it takes whole values of {second} bytes each, at most one for each entry, and only an array takes any"},
    {cause::name_invalid, "name_invalid", "'{name}' is no name for a {of}: the kernel takes A-Z, a-z, 0-9, '_' and '.', at most 15 characters"},
    {cause::duplicate_name, "duplicate_name", "the object has two {of}s named '{name}'"},
    {cause::characters_unfit, "characters_unfit", "'{name}' cannot be a {of}: it takes printable ASCII, and a license no quotes"},
    {cause::instruction_invalid, "instruction_invalid", "slot {first} is no instruction: {name}"},
    {cause::text_unexpected, "text_unexpected", "expected {of}, found {name}"},
    {cause::instruction_unknown, "instruction_unknown", "no instruction starts with '{name}'"},
    {cause::unknown_directive, "unknown_directive", "there is no directive '{name}'"},
    {cause::unknown_map_type, "unknown_map_type", "there is no map type '{name}'"},
    {cause::outside_program, "outside_program", "an instruction comes before the first .program; begin with .program NAME, HOOK"},
    {cause::unknown_register, "unknown_register", "there is no register '{name}': r0 to r10 and w0 to w10 are all"},
    {cause::unknown_name, "unknown_name", "nothing is called '{name}' here"},
    {cause::second_name, "second_name", "{name} is a second name, and an instruction has room for one; load it into a register first"},
    {cause::register_read_only, "register_read_only", "{name} is the frame pointer, which cannot be written"},
    {cause::number_too_large, "number_too_large", "the number {name} does not fit 64 bits"},
    {cause::opcode_mismatch, "opcode_mismatch", "the opcode before the text, {hex}, is not that of this instruction"},
    {cause::line_order, "line_order", "the lines of program '{name}' are out of order at slot {first}; the first is for slot 0, and slots increase"},
    {cause::function_name, "function_name", "'{name}' is no name for a function: it takes A-Z, a-z, 0-9 and '_', and does not begin with a digit"},
    {cause::function_order, "function_order", "function '{name}' of program '{of}' cannot begin at slot {first}; the program's own is at slot 0, and the others follow in order"},
    {cause::jump_nowhere, "jump_nowhere", "this goes to slot {first}, where no instruction of its function begins; the program has {second} slots"},
    {cause::end_reachable, "end_reachable", "the function runs on past its last instruction; end it with exit or a jump"},
    {cause::code_unreachable, "code_unreachable", "no path leads to these instructions ({second} slots from slot {first})"},
    {cause::frame_pointer_written, "frame_pointer_written", "r10, the frame pointer, is written here; the kernel refuses that"},
    {cause::stack_outside, "stack_outside", "this is {second} bytes at r10 {first}; the stack is the 512 bytes below r10"},
    {cause::kind_unknown, "kind_unknown", "the kernel that the object is written for has no '{name}' in {of}, so the file cannot represent this relocation; give the types of a kernel that has it"},

    {cause::value_unfit, "value_unfit", "'{name}' is not {of}"},
    {cause::value_range, "value_range", "{first} does not fit {name}, which has {second} bits"},
    {cause::value_narrowed, "value_narrowed", "{name} has {first} bits and would be cut to {second}; mask it, or make room for it"},
    {cause::value_out_of_scope, "value_out_of_scope", "'{name}' is used where it has not been computed; use it within the block that reads it"},
    {cause::foreign_value, "foreign_value", "program '{name}' uses something that was made in another program, or in none; make it in the program that uses it"},
    {cause::mixed_signs, "mixed_signs", "'{name}' and '{of}' are 64 bits wide and only one of them is signed: no comparison is right for all their values"},
    {cause::text_too_long, "text_too_long", "'{name}' is longer than the {first} bytes that are read; read more of them"},
    {cause::type_unnamed, "type_unnamed", "'{name}' is a member of a type without a name, so it cannot be relocated to another kernel; start the path further out"},
    {cause::unknown_helper, "unknown_helper", "there is no helper '{name}'"},
    {cause::call_arguments, "call_arguments", "{name} takes {second} arguments, and {first} are given"},
    {cause::call_forbidden, "call_forbidden", "no program on hook {of} may call {name}"},
    {cause::call_sleeps, "call_sleeps", "{name} may sleep, and program '{of}' is not sleepable; make it {.sleepable = true}"},
    {cause::use_dsl_function, "use_dsl_function", "{name} is not called by name; use {of}"},
    {cause::reference_leak, "reference_leak", "{name} acquires a reference that must be released; hold() releases it where its scope ends"},
    {cause::reference_release, "reference_release", "{name} releases a reference, which hold() does by itself"},
    {cause::verdict_inside, "verdict_inside", "function '{name}' cannot end the program; let it return a number, and decide where it is called"},
    {cause::budget_exceeded, "budget_exceeded", "program '{name}' may run {first} instructions, and the verifier follows {second}; make its loops shorter, or let the kernel call their body"},
    {cause::errno_range, "errno_range", "{first} is no errno; a denial takes 1 to 4095"},
    {cause::verdict_missing, "verdict_missing", "program '{name}' neither decides nor reports anything"},
    {cause::scope_conflict, "scope_conflict", "program '{name}' has another scope than a program before it; an object has one scope"},
    {cause::verdict_unfit, "verdict_unfit", "hook '{name}' does not return an errno, so there is nothing to deny"},
    {cause::retval_unfit, "retval_unfit", "{first} is no return value of hook '{name}', which allows {of}"},
    {cause::map_not_sleepable, "map_not_sleepable", "a sleepable program cannot use map '{name}', a {of}: the kernel refuses such a map there; leave out .sleepable"},
    {cause::network_invalid, "network_invalid", "'{name}' is no network; write an address and how many of its bits count, as in 10.0.0.0/8 or 2001:db8::/32"},
    {cause::network_tail, "network_tail", "'{name}' is an address within a network; the network is {of}"},
    {cause::network_family, "network_family", "'{name}' is of another family than the address of {first} bytes that it is compared with"},
    {cause::stack_exceeded, "stack_exceeded", "program '{name}' needs {first} bytes of stack, and the kernel has 512; read shorter strings, or keep records in a map"},

    {cause::missing_capability, "missing_capability", "this process lacks {name}, which {of} needs; run it as root or give it that capability"},
    {cause::token_missing, "token_missing", "this process is in a user namespace, where {name} needs a BPF token; mount a bpffs there that delegates it (Linux 6.9+: delegate_cmds, delegate_maps, delegate_progs, delegate_attachs), or run it in the initial user namespace"},
    {cause::token_lacks, "token_lacks", "the BPF token of this user namespace does not allow {name}; mount its bpffs with all of delegate_cmds, delegate_maps, delegate_progs and delegate_attachs that it needs, and have CAP_BPF and CAP_PERFMON there"},
    {cause::seccomp_forbids, "seccomp_forbids", "a seccomp filter fails {name} with {errno}; allow bpf(2) in the filter of this process (that of a container is set by its runtime)"},
    {cause::lsm_forbids, "lsm_forbids", "another security module ({name}) refuses {of} with {errno}; its own log says why, and its rules must allow bpf(2) for this process"},
    {cause::lockdown_forbids, "lockdown_forbids", "program '{name}' calls {of}, and a kernel that is locked down for confidentiality lets no program read its memory; leave out what needs that, or boot with lockdown=integrity"},
    {cause::kernel_without_bpf, "kernel_without_bpf", "this kernel has no bpf(2); use one built with CONFIG_BPF_SYSCALL=y"},
    {cause::lsm_not_active, "lsm_not_active", "'bpf' is not among the active LSMs ({of}), so no program would ever run; boot with lsm={name}"},
    {cause::bpf_not_active, "bpf_not_active", "'bpf' is not among the active LSMs, so no program would ever run; boot with it in the list of lsm="},
    {cause::lsms_unknown, "lsms_unknown", "the kernel does not say which LSMs are active, so it is unknown whether a program would run; mount securityfs: mount -t securityfs securityfs /sys/kernel/security"},
    {cause::kernel_without_btf, "kernel_without_btf", "this kernel offers no type information (/sys/kernel/btf/vmlinux); mount sysfs, or use a kernel built with CONFIG_DEBUG_INFO_BTF=y"},
    {cause::kernel_too_old, "kernel_too_old", "this kernel does not support {name}, which came with Linux {of}"},
    {cause::kernel_fault, "kernel_fault", "Linux {of} is known to crash on {name}; use a fixed release, or set despite_faults"},
    {cause::hook_not_attachable, "hook_not_attachable", "this kernel lets no program attach to hook '{name}'"},
    {cause::hook_not_sleepable, "hook_not_sleepable", "hook '{name}' takes no sleepable program on this kernel"},
    {cause::hook_not_decisive, "hook_not_decisive", "security_{name} does more than ask the LSMs, so a modify-return program that replaces it would leave that out; boot with bpf among the active LSMs to use this hook"},
    {cause::hook_busy, "hook_busy", "the kernel cannot patch hook '{name}' ({errno}): the same program is attached already, or it was built without dynamic ftrace"},
    {cause::too_many_programs, "too_many_programs", "hook '{name}' has as many programs as the kernel allows; detach one first"},
    {cause::too_many_cgroup_hooks, "too_many_cgroup_hooks", "ten hooks of this machine have cgroup programs, and the kernel has no room for hook '{name}'; detach those of another hook first"},
    {cause::trampoline_missing, "trampoline_missing", "this kernel has no BPF trampoline for hook '{name}' on this architecture"},
    {cause::jit_missing, "jit_missing", "this kernel does not compile BPF programs, which '{name}' needs; switch the JIT on: sysctl net.core.bpf_jit_enable=1"},
    {cause::license_refused, "license_refused", "program '{name}' has a license that the kernel accepts for no LSM program; declare a GPL-compatible one, such as \"Dual MIT/GPL\""},
    {cause::helper_refused, "helper_refused", "program '{name}' calls {of}, which this kernel does not offer to programs of its hook"},
    {cause::too_many_maps, "too_many_maps", "program '{name}' uses more maps than the 64 that the kernel takes; let some share a map, or split the program"},
    {cause::program_too_complex, "program_too_complex", "program '{name}' has more paths than the kernel's verifier walks; make it smaller, or split it"},
    {cause::return_range, "return_range", "program '{name}' may return a value that its hook does not allow"},
    {cause::verifier_rejected, "verifier_rejected", "the kernel's verifier refuses program '{name}' at instruction {first}"},
    {cause::program_rejected, "program_rejected", "the kernel's verifier refuses program '{name}'"},
    {cause::memory_limit, "memory_limit", "there is not enough locked memory for {name}; raise the limit (ulimit -l)"},
    {cause::memory_missing, "memory_missing", "the kernel has no memory for '{name}'; free some, or request less"},
    {cause::map_too_large, "map_too_large", "map '{name}' is larger than the kernel allows; give it fewer or smaller elements"},
    {cause::map_refused, "map_refused", "the kernel refuses to make map '{name}': {errno}"},
    {cause::map_differs, "map_differs", "the map pinned at '{name}' has another {of}: {first} instead of {second}; remove it, or pin the new one elsewhere"},
    {cause::map_operation, "map_operation", "{of} in map '{name}' failed: {errno}"},
    {cause::btf_refused, "btf_refused", "the kernel refuses the object's own BTF: {errno}"},
    {cause::load_failed, "load_failed", "the kernel refuses to load program '{name}': {errno}"},
    {cause::attach_failed, "attach_failed", "the kernel refuses to attach program '{name}' to hook {of}: {errno}"},
    {cause::not_enforced, "not_enforced", "a program was attached to hook '{name}' and did not run: 'bpf' is not among the active LSMs; boot with it in the list of lsm="},
    {cause::ftrace_off, "ftrace_off", "kernel.ftrace_enabled is 0, so the kernel runs no attached program; switch it on: sysctl kernel.ftrace_enabled=1"},
    {cause::namespace_invalid, "namespace_invalid", "'{name}' is no {of} namespace: {errno}; name a process by its number, or a file as in /proc/1/ns"},
    {cause::unknown_process, "unknown_process", "there is no process {first}"},
    {cause::cgroup_invalid, "cgroup_invalid", "'{name}' is no cgroup: {errno}; name a directory of a cgroup v2 file system"},
    {cause::event_source, "event_source", "cannot open the {name}: {errno}"},
    {cause::no_event_map, "no_event_map", "map '{name}' has no events: it is neither a ring buffer nor a perf event array"},
    {cause::call_failed, "call_failed", "{name} failed: {errno}"},
    {cause::bpffs_missing, "bpffs_missing", "'{name}' is in no BPF file system, where policies are pinned; mount one: mount -t bpf bpf /sys/fs/bpf"},
    {cause::pin_name_invalid, "pin_name_invalid", "'{name}' is no name to pin a policy by: it takes A-Z, a-z, 0-9, '_' and '-', at most 63 characters, and begins with a letter or digit"},
    {cause::pin_taken, "pin_taken", "'{name}' is the name of another policy"},
    {cause::pin_occupied, "pin_occupied", "'{name}' is the name of another policy, which is left as it is; detach it first"},
    {cause::pin_absent, "pin_absent", "no policy is pinned as '{name}'"},
    {cause::pin_damaged, "pin_damaged", "what is pinned as '{name}' is no complete policy: {of}"},
    {cause::pin_failed, "pin_failed", "cannot {of} '{name}': {errno}"},
    {cause::pins_locked, "pins_locked", "cannot {of} '{name}': a policy denies it to this process; only a process that the policy exempts may change pins, until the machine restarts"},
    {cause::pins_unsafe, "pins_unsafe", "'{name}' belongs to uid {first}, or others may write to it, so what is pinned there cannot be trusted; remove it"},
    {cause::program_absent, "program_absent", "no program is loaded with id {first}"},
    {cause::program_hidden, "program_hidden", "the kernel does not show the instructions of program {first}; that needs CAP_BPF and CAP_PERFMON, and where constants are blinded (net.core.bpf_jit_harden) visible kernel addresses (kernel.kptr_restrict)"},
    {cause::rules_kept, "rules_kept", "the old rules of '{name}' stay enforced"},
    {cause::rules_exchanged, "rules_exchanged", "the new rules of '{name}' are enforced, but not pinned; reload it again"},
    {cause::counts_missing, "counts_missing", "'{name}' counts no decisions: it was pinned without events"},
    {cause::description_foreign, "description_foreign", "'{name}' was pinned with a description that is not one of lsmith's, so its options and rules are unknown"},
    {cause::switch_not_frozen, "switch_not_frozen", "'{name}' is armed, but its switch could not be frozen: {errno}"},
    {cause::deadline_not_frozen, "deadline_not_frozen", "'{name}' stays enforced, but its deadline could not be frozen: {errno}"},
    {cause::image_damaged, "image_damaged", "this is no policy image of this version: its {name} is wrong; build it again"},
    {cause::not_in_image, "not_in_image", "'{name}' has {of}, which an image cannot represent; load the object with the library"},

    {cause::hook_missing, "hook_missing", "this kernel has no hook '{of}', so {name}"},
    {cause::unknown_policy, "unknown_policy", "there is no policy '{name}'"},
    {cause::unknown_option, "unknown_option", "policy {of} has no option '{name}'"},
    {cause::unknown_family, "unknown_family", "there is no socket family '{name}': give a name, or a number from 0 to 255"},
    {cause::value_invalid, "value_invalid", "'{name}' is no value for {of}"},
    {cause::value_missing, "value_missing", "policy {of} needs {name}"},
    {cause::scope_missing, "scope_missing", "say which processes the policy binds"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(sentences); ++i)
    if (static_cast<std::size_t>(sentences[i].why) != i) return false;
  return static_cast<std::size_t>(cause::scope_missing) + 1 == std::size(sentences);
}
static_assert(in_order(), "the sentences are in the order of the causes, one for each");

#if !__STDC_HOSTED__
// The causes that the core itself can report. A standalone executable contains no other sentences, a fifth of its size. The tests
// compare the list with the sources of the core (tests/checks/binaries.sh).
constexpr cause core_causes[] = {
    cause::attach_failed, cause::bpf_not_active, cause::bpffs_missing, cause::btf_header, cause::btf_kind, cause::btf_layout,
    cause::btf_loop, cause::btf_magic, cause::btf_refused, cause::btf_string, cause::btf_truncated, cause::btf_type_id,
    cause::call_failed, cause::cgroup_invalid, cause::file_unreadable, cause::ftrace_off, cause::image_damaged,
    cause::instruction_invalid, cause::kernel_too_old, cause::kernel_without_btf, cause::load_failed, cause::lsms_unknown,
    cause::map_operation, cause::map_refused, cause::none, cause::not_a_struct, cause::pin_failed, cause::pin_occupied,
    cause::pins_locked, cause::pins_unsafe, cause::relocation_range, cause::unknown_argument, cause::unknown_enumerator,
    cause::unknown_function, cause::unknown_hook, cause::unknown_member, cause::unknown_type,
};

constexpr auto kept_sentences = [] {
  struct { sentence all[std::size(sentences)]; } kept = {};
  for (const cause why : core_causes) kept.all[static_cast<std::size_t>(why)] = sentences[static_cast<std::size_t>(why)];
  return kept;
}();
#endif

const sentence& sentence_of(cause why) {
#if __STDC_HOSTED__
  return sentences[static_cast<std::size_t>(why)];
#else
  return kept_sentences.all[static_cast<std::size_t>(why)];
#endif
}

void write_errno(std::uint16_t number, const text_sink& out) {
  const errno_name known = name_of_errno(number);
  if (known.name.empty()) {
    out.text("error "sv);
    out.number(number);
    return;
  }
  out.text(known.name);
  out.text(" ("sv);
  out.text(known.meaning);
  out.text(")"sv);
}

// Names come from untrusted files and processes. Each control character is printed as '?', so that a terminal does not
// execute it.
void write_plain(std::string_view name, const text_sink& out) {
  while (!name.empty()) {
    std::size_t plain = 0;
    while (plain < name.size() && !is_control(name[plain])) ++plain;
    if (plain != 0) out.text({name.data(), plain});
    if (plain == name.size()) return;
    out.text("?"sv);
    name.remove_prefix(plain + 1);
  }
}

void write_location(const location& where, const text_sink& out) {
  if (where.file != nullptr) {
    for (const char* character = where.file; *character != '\0'; ++character) write_plain({character, 1}, out);
    out.text(":"sv);
  }
  if (where.line != 0) {
    out.number(where.line);
    out.text(":"sv);
  }
  if (where.column != 0) {
    out.number(where.column);
    out.text(":"sv);
  }
  if (where.offset != location::no_offset) {
    out.text(where.file != nullptr ? " at byte "sv : "at byte "sv);
    out.number(static_cast<std::int64_t>(where.offset));
    out.text(":"sv);
  }
}

struct field {
  std::string_view tag;
  void (*write)(const error&, const text_sink&);
};

constexpr field fields[] = {
    {"{name}", [](const error& e, const text_sink& out) { write_plain(e.name.view(), out); }},
    {"{of}", [](const error& e, const text_sink& out) { write_plain(e.of.view(), out); }},
    {"{first}", [](const error& e, const text_sink& out) { out.number(e.first); }},
    {"{second}", [](const error& e, const text_sink& out) { out.number(e.second); }},
    {"{hex}", [](const error& e, const text_sink& out) { out.hex(static_cast<std::uint64_t>(e.first)); }},
    {"{errno}", [](const error& e, const text_sink& out) { write_errno(e.system_error, out); }},
};

const field* field_at(std::string_view text) {
  for (const field& candidate : fields)
    if (starts_with(text, candidate.tag)) return &candidate;
  return nullptr;
}

}  // namespace

void text_sink::number(std::int64_t value) const {
  char digits[20];
  char* at = digits + sizeof digits;
  std::uint64_t rest = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  do *--at = static_cast<char>('0' + rest % 10);
  while (rest /= 10);
  if (value < 0) text("-"sv);
  text({at, static_cast<std::size_t>(digits + sizeof digits - at)});
}

void text_sink::hex(std::uint64_t value) const {
  char digits[16];
  char* at = digits + sizeof digits;
  do *--at = "0123456789abcdef"[value & 15];
  while (value >>= 4);
  text("0x"sv);
  text({at, static_cast<std::size_t>(digits + sizeof digits - at)});
}

void describe_cause(const error& what, const text_sink& out) {
  std::string_view rest = sentence_of(what.why).text;
  while (!rest.empty()) {
    std::size_t plain = 0;
    const field* next = nullptr;
    while (plain < rest.size() && (next = field_at({rest.data() + plain, rest.size() - plain})) == nullptr) ++plain;
    if (plain != 0) out.text({rest.data(), plain});
    rest.remove_prefix(plain);
    if (next == nullptr) return;
    next->write(what, out);
    rest.remove_prefix(next->tag.size());
  }
}

void describe(const error& what, const text_sink& out) {
  if (what.where.known()) {
    write_location(what.where, out);
    out.text(" "sv);
  }
  describe_cause(what, out);
  if (what.also.known()) {
    out.text("\n  "sv);
    write_location(what.also, out);
    out.text(" the other location"sv);
  }
}

std::string_view word(cause why) { return sentence_of(why).word; }

}  // namespace lsmith
