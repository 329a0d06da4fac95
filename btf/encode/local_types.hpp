// A CO-RE record asks for a member by pointing at one in the program's own types: "member 1 of my struct mm_struct". Whoever
// loads the program finds the member of that name in the kernel's struct of that name. So a program brings a little of the
// kernel's types along: each struct with the members that it asks for and no others, at the offsets of the kernel they were
// taken from. Pointers lead nowhere, anonymous members are dissolved into what contains them, qualifiers are dropped: none of
// that is compared (bpf_core_fields_are_compat in tools/lib/bpf/relo_core.c).
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

/// What a CO-RE record says beside its question.
struct core_access {
  type_id type = type_id::none;  ///< in the program's own types
  std::string path = {};         ///< "0:1:2": the type itself, its member 1, of that member 2; or an enumerator's number
};

/// Collects questions, and makes the types that they are asked in.
class local_types {
 public:
  /// The kernel's types outlive this.
  explicit local_types(const types& kernel) : kernel_(kernel) {}

  /// Takes a question of CO-RE that resolve() has answered on these types. False for one about something that is not there:
  /// then there is nothing to bring along.
  bool ask(const relocation& answered);

  /// Adds the types to the program's. Gives one access for each question, in their order.
  std::vector<core_access> finish(encoder& into);

  /// Adds the prototype of a function of the kernel, which is compared when it is called by name. After finish().
  type_id add_prototype(type_id function, encoder& into);

 private:
  /// A struct or union of the kernel, under the name by which it is asked for.
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
  /// Into a member, or to an element of an array.
  struct step {
    const composite* of;
    std::string_view member;
    std::uint32_t index;
  };
  struct collected {
    type_id root;
    std::string name;
    std::string path;            ///< what is known of it already
    std::vector<step> steps = {};
  };

  composite& composite_of(type_id origin, std::string_view name);
  void follow(collected& asked, std::string_view path);
  std::string path_of(const collected& asked) const;

  type_id make(type_id origin, std::string_view name, encoder& into);
  type_id make_composite(composite& one, encoder& into);
  type_id make_pointer(type_id to, encoder& into);
  type_id make_for_call(type_id origin, unsigned depth, encoder& into);

  const types& kernel_;
  std::map<std::pair<type_id, std::string>, composite> composites_;
  std::map<std::pair<type_id, std::string>, type_id> made_;
  std::map<type_id, type_id> pointers_;  ///< by what they point to, in the program's types
  std::vector<collected> asked_;
};

/// The type's name without the word for its kind: "struct file" is "file".
std::string_view without_word(std::string_view type);

}  // namespace lsmith::btf
