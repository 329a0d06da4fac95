// A CO-RE record names a member by its index in a local type, one of the program's own BTF: "member 1 of my struct mm_struct".
// The loader searches the kernel's struct with the same name for a member with the same name. So the program's BTF needs
// local copies of the kernel's types. Each struct has only the members that relocations use, at their offsets in the kernel
// that they are copied from. Pointers point to void, members of anonymous structs are moved to the struct that contains them,
// and qualifiers are removed: loaders do not compare these (bpf_core_fields_are_compat in tools/lib/bpf/relo_core.c).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {

/// The fields of a CO-RE record that refer to the program's own BTF.
struct core_access {
  type_id type = type_id::none;  ///< in the program's own types
  std::string path = {};         ///< "0:1:2": the type itself, its member 1, of that member 2; or an enumerator's index
};

/// Collects CO-RE relocations, and makes the local types for their records.
class local_types {
 public:
  /// The kernel's types must outlive this.
  explicit local_types(const types& kernel) : kernel_(kernel) {}

  /// Adds a relocation of a CO-RE kind that resolve() has resolved with these types. Returns false, and adds nothing, if it was
  /// not resolved or is a relocation about existence with value 0: then there is no type to copy. `name` must outlive this.
  bool ask(const relocation& relo);

  /// Adds the local types to the program's BTF. Returns one access for each added relocation, in the same order.
  std::vector<core_access> finish(encoder& into);

  /// Adds a local copy of the prototype of a kernel function (a FUNC's id). Loaders compare it with the kernel's when a program
  /// calls the function by name. Call this after finish(). Returns the id of the FUNC_PROTO.
  type_id add_prototype(type_id function, encoder& into);

 private:
  /// A struct or union of the kernel, with the name that the relocation gives it (perhaps with a flavour).
  struct composite {
    type_id origin;
    std::string name;
    kind what;
    std::vector<member> members = {};
    type_id made = type_id::none;

    void add(const member& one);
    bool is_direct(const member& one) const;
    std::string path_to(std::string_view member) const;
  };
  /// One step of a path: to a member of `of`, or, if that is null, to an element of an array.
  struct step {
    const composite* of;
    std::string_view member;
    std::uint32_t index;
  };
  struct collected {
    type_id root;
    std::string name;
    std::string path;  ///< the start of the access path, or an enumerator's index
    std::vector<step> steps = {};
  };

  composite& composite_of(type_id origin, std::string_view name);
  void follow(collected& access, std::string_view path);
  std::string path_of(const collected& access) const;

  type_id make(type_id origin, std::string_view name, encoder& into);
  type_id make_composite(composite& one, encoder& into);
  type_id make_pointer(type_id to, encoder& into);
  type_id make_for_call(type_id origin, unsigned depth, encoder& into);

  const types& kernel_;
  std::map<std::pair<type_id, std::string>, composite> composites_;
  std::map<std::pair<type_id, std::string>, type_id> made_;
  std::map<type_id, type_id> pointers_;  ///< by what they point to, in the program's types
  std::vector<collected> accesses_;
};

}  // namespace lsmith::btf
