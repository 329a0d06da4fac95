// A program that was built against one kernel may bring its own idea of a type, and a name alone does not make two types the
// same. How alike they must be depends on the question; the rules are those of other loaders and of the kernel itself
// (tools/lib/bpf/relo_core.c), so that a program gets one answer everywhere.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>

#include <lsmith/btf/resolve/records.hpp>

namespace lsmith::btf::detail {

/// Compares types of a program with types of the kernel. Functions return false when either turned out damaged; the
/// answer is in their last argument.
class matcher {
 public:
  matcher(records& own, records& kernel) : own_(own), kernel_(kernel) {}

  /// Whether the kernel's type has all that the program's has: members of the same names that match as well, enumerators
  /// of the same names, integers of the same size and sign. What is behind a pointer matches by its name and kind.
  bool matches(type_id own, type_id kernel, bool& fits) { return match({own, kernel, false}, 0, fits); }

  /// Whether they are of the same kind, and pointers, arrays and functions lead to such. Structs are not looked into.
  bool compatible(type_id own, type_id kernel, bool& fits);

  /// Whether a member of the one type may be read as one of the other: any integer for any integer, any pointer for any
  /// pointer, any struct for any struct.
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
