// All mistakes in a listing, a text or a policy are reported together, so that its author can correct them before the next
// try. Code that reads what people wrote therefore collects errors instead of stopping at the first.
#pragma once

#include <expected>
#include <ostream>
#include <string>
#include <utility>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/pod_vector.hpp>

#pragma GCC visibility push(default)
namespace lsmith {

/// One mistake in something a person wrote.
using fault = error;

/// Faults in the order in which they were found. Never empty when it is the error of a `checked`. Owns its elements; add() makes
/// references and iterators to them invalid.
class faults {
 public:
  constexpr faults() = default;
  constexpr faults(const fault& only) { add(only); }  // NOLINT: a fault is a list of one

  constexpr void add(const fault& what) { list_.push(what); }  ///< a copy; `what` must not be an element of this list
  constexpr bool empty() const { return list_.empty(); }
  constexpr std::size_t size() const { return list_.size(); }
  constexpr auto begin() const { return list_.begin(); }
  constexpr auto end() const { return list_.end(); }
  constexpr const fault& operator[](std::size_t index) const { return list_[index]; }  ///< index < size(), not checked

 private:
  pod_vector<fault> list_;
};

/// A value, or all faults of the input it was to be made from.
template <class T>
using checked = std::expected<T, faults>;

/// A sink that appends to a string, which must outlive it.
inline text_sink string_sink(std::string& to) {
  return {[](void* target, const char* piece, std::size_t length) { static_cast<std::string*>(target)->append(piece, length); },
          &to};
}

/// The error as one sentence (see describe()), without a newline at the end.
inline std::string to_string(const error& what) {
  std::string text;
  describe(what, string_sink(text));
  return text;
}

/// One sentence per line, without a newline after the last.
inline std::string to_string(const faults& all) {
  std::string text;
  for (const fault& one : all) {
    if (!text.empty()) text += '\n';
    text += to_string(one);
  }
  return text;
}

inline std::ostream& operator<<(std::ostream& out, const error& what) { return out << to_string(what); }
inline std::ostream& operator<<(std::ostream& out, const faults& all) { return out << to_string(all); }

}  // namespace lsmith
#pragma GCC visibility pop
