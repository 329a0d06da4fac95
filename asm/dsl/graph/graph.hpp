// The graph of a policy: what it computes, before it is decided how. Writing `vma["vm_start"] >= mm["brk"]` emits no load.
// It records a "compare" node over two "member" nodes. A node is computed where its value is first needed, and at most once
// on any path through the program. A node that is not needed is never computed.
//
// The list of statements contains only what has a fixed position in the program: verdicts, events, changes to maps, and
// reads of memory that another CPU or user space may change.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <vector>

#include <lsmith/asm/dsl/graph/nullable.hpp>
#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::dsl {

/// The source location of an expression.
using written_at = std::source_location;

/// A node of the graph. Its own type, so that it cannot be mistaken for a register or a number.
enum class node_id : std::uint32_t { none = ~std::uint32_t{0} };

/// The longest path that bpf_d_path gives, with its zero (PATH_MAX).
inline constexpr std::uint32_t longest_path = 4096;

/// What a node computes. The comments say which fields of the node it uses.
enum class op : std::uint8_t {
  wrong,         ///< no value: a fault was reported for it
  number,        ///< number
  constant,      ///< name: a constant of the object, set at load
  enumerator,    ///< type_name, name
  type_size,     ///< type_name: the size of that struct or union in bytes
  argument,      ///< name: of the hook
  member,        ///< a: pointer; type_name, name: the path from what it points to; bitfield: bits, 0 for none
  aggregate,         ///< likewise; a struct or array inside what the pointer points to: its address, not loaded
  call,          ///< helper, more: arguments. The result is the same during one run. b: for the current task, the same task
                 ///< as a typed pointer
  call_here,     ///< helper, or type_name: a kernel function; more: arguments. Computed at its statement
  call_local,    ///< number: index of the program's function; more: arguments. Computed at its statement
  context,       ///< the program's context, its argument in r1
  parameter,     ///< number: index of the function's parameter
  lookup,        ///< name: map, or a: map found in a map of maps; image: key. Computed at its statement
  map_pointer,   ///< name: map; the map pointer that helpers take
  variable,      ///< name: array map of one value; the address of that value
  memory,        ///< a: pointer to a map's value, number: offset. Read at its statement
  fetch,         ///< a: pointer, number: offset, code: atomic operation (isa::atomic_code), b: its operand; more: the value
                 ///< that cmpxchg expects. The result is the old value. At its statement
  counter,       ///< the round of a loop, from 0; set by the loop's statement
  cast,          ///< a: pointer, as another type
  arithmetic,    ///< code (isa::alu_code), a, b, number: 32 or 64 bits. With code `end`: a, byte-swapped, `number` bits.
                 ///< With a pointer as a: b bytes further
  sign_extend,   ///< a: at most 32 bits wide, to 64
  or_zero,       ///< a, or zero if a null pointer is met while computing it
  low_half,      ///< a: the low 32 bits of a 64-bit number
  compare,       ///< code (isa::jump_code), a, b, number: 32 or 64 bits
  test,          ///< a: whether it is not zero, or not null
  both,          ///< a and b; b is evaluated only if a is true
  either,        ///< a or b; b is evaluated only if a is not true
  negation,      ///< a
  or_unknown,    ///< a; also true if a null pointer is met while computing it
  comm,          ///< bytes: the current thread's name
  text,          ///< bytes: a null-terminated string in kernel memory; a: pointer, or aggregate that is an array
  block,         ///< bytes, copied unchanged; a: pointer or aggregate
  path,          ///< bytes: a struct path as text; a: pointer or aggregate; type_name: the map whose value has room for it
  same_bytes,    ///< a: bytes; name: the bytes that they must begin with
};

/// Whether the node is a number that the loader puts into the instruction that uses it.
constexpr bool is_set_at_load(op what) { return what == op::constant || what == op::enumerator || what == op::type_size; }

/// The kind of a node's value. An aggregate is a struct or an array.
enum class value_kind : std::uint8_t { wrong, number, pointer, aggregate, condition, bytes };

/// How memory is read through a pointer.
enum class reach : std::uint8_t {
  verified,  ///< by a load that the verifier checks against the kernel's BTF
  probed,    ///< copied by bpf_probe_read_kernel: the verifier has no type for the pointer
  task,      ///< reached from the current task: by a load where the kernel has a typed task pointer (5.11+), else copied
  own,       ///< by a load: a map's value, or the context
};

/// A value's type. A number of at most 32 bits is kept as a 32-bit number: the upper half of its register is zero.
struct shape {
  value_kind what = value_kind::wrong;
  std::uint8_t bits = 64;      ///< of a number: 8, 16, 32 or 64 as declared
  bool is_signed = false;
  reach by = reach::verified;  ///< of a pointer
  bool never_null = false;     ///< of a pointer
  std::int8_t no_address = always_an_address;  ///< of a pointer: values up to this one are not an address (nullable.hpp)
  btf::type_id type = btf::type_id::none;  ///< what a pointer points to, or the type of an aggregate
  std::uint32_t size = 0;      ///< of bytes

  bool operator==(const shape&) const = default;
};

/// One field of an image; offset and size in bytes.
struct part {
  std::uint32_t offset;
  std::uint32_t size;
  node_id value;
};

/// A struct that the program builds on its stack: an event, a map's key or value. Bytes that belong to no part are zero.
struct image {
  std::uint32_t size = 0;
  std::vector<part> parts = {};
};

/// One node. `what` decides which of the other fields it uses.
struct node {
  op what = op::wrong;
  shape type = {};
  node_id a = node_id::none;
  node_id b = node_id::none;
  std::uint8_t code = 0;
  std::uint8_t bitfield = 0;
  std::int64_t number = 0;
  isa::helper helper = isa::helper::unspec;
  std::string type_name = {};
  std::string name = {};
  std::vector<node_id> more = {};
  dsl::image image = {};
  written_at where = {};
};

struct statement;
using statements = std::vector<statement>;

/// An action with a fixed position in the program.
struct statement {
  enum class kind : std::uint8_t {
    when,      ///< subject: condition; body, otherwise
    compute,   ///< subject: a node that is computed here
    bound,     ///< ends the program for a process outside its scope, and after its deadline
    store,     ///< subject: pointer; offset; bits; value
    change,    ///< subject: pointer; offset; bits; code (isa::atomic_code); value
    update,    ///< name: map, or subject: map found in a map of maps; key, record: its new value; flags
    remove,    ///< likewise; key
    enter,     ///< name: program array; subject: index of the program in it
    report,    ///< record: an event
    deny,      ///< errno_; record: an event, empty for none
    allow,     ///< record likewise
    retval,    ///< subject: the return value
    unrolled,  ///< body: all rounds, one after another
    bounded,   ///< count: rounds; value: the counter's node; body
    called,    ///< likewise
    stop,      ///< ends the innermost loop
    hold,      ///< subject: a call that acquires a reference; name: the function that releases it; body, otherwise
    give,      ///< subject: the result with which the function ends
  };

  kind what = kind::compute;
  node_id subject = node_id::none;
  node_id value = node_id::none;
  std::int32_t offset = 0;
  std::uint8_t bits = 0;
  std::int32_t code = 0;
  std::uint64_t count = 0;
  std::uint64_t flags = 0;
  int errno_ = 0;
  std::string name = {};
  image key = {};
  image record = {};
  statements body = {};
  statements otherwise = {};
  written_at where = {};
};

/// A function of the program's own.
struct function {
  std::string name = {};
  std::vector<node_id> parameters = {};
  std::vector<bool> trusted = {};  ///< for each parameter: whether it must be a trusted pointer
  shape gives = {};
  statements says = {};
  written_at where = {};
};

}  // namespace lsmith::dsl
