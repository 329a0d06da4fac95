// A program built for one kernel has local types, which describe what it expects. A kernel type with the same name can still
// differ from them. How similar the two must be depends on the kind of the relocation. The rules are those of libbpf and of the
// kernel (tools/lib/bpf/relo_core.c), so that every loader resolves a program to the same values.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>

#include <lsmith/btf/resolve/records.hpp>

namespace lsmith::btf::detail {

/// Compares types of a program with types of the kernel. A function returns false when either BTF is damaged; the result of the
/// comparison is its last argument.
class matcher {
 public:
  matcher(records& own, records& kernel) : own_(own), kernel_(kernel) {}

  /// Whether the kernel's type has everything that the program's type has: members with the same names, which match as well;
  /// enumerators with the same names; integers of the same size and sign. Structs and unions behind a pointer match by name and
  /// kind only. (bpf_core_types_match)
  bool matches(type_id own, type_id kernel, bool& fits) { return match({own, kernel, false}, 0, fits); }

  /// Whether they are of the same kind, and, for pointers, arrays and functions, the types they refer to are, too. Members of
  /// structs are not compared. (bpf_core_types_are_compat)
  bool compatible(type_id own, type_id kernel, bool& fits);

  /// Whether a member of the program's type may be read as one of the kernel's type: any integer as any integer, any pointer as
  /// any pointer, any struct or union as any other; arrays by their elements; enums and forward declarations if their names are
  /// equal. (bpf_core_fields_are_compat)
  bool compatible_member(type_id own, type_id kernel, bool& fits);

 private:
  struct pair {
    type_id own;
    type_id kernel;
    bool behind_pointer;
  };
  struct both {
    seen own;
    seen kernel;
  };

  bool strip(const pair& of, both& found);
  bool named_alike(std::uint32_t own, std::uint32_t kernel);
  template <class Entry>
  bool entries(const both& of, std::uint32_t index, Entry& own, Entry& kernel);

  bool match(pair of, unsigned depth, bool& fits);
  bool match_composites(const both& of, unsigned depth, bool& fits);
  bool match_member(const both& of, const raw_member& own, unsigned depth, bool& fits);
  bool match_enums(const both& of, bool& fits);
  bool match_integers(const both& of, bool& fits);
  bool match_params(const both& of, bool behind_pointer, unsigned depth, bool& fits);
  bool compatible_at(type_id own, type_id kernel, unsigned depth, bool& fits);
  bool compatible_params(const both& of, unsigned depth, bool& fits);
  bool too_deep(type_id own);

  records& own_;
  records& kernel_;
};

}  // namespace lsmith::btf::detail
