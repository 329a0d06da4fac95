#include <lsmith/programs/policy/event.hpp>

namespace lsmith::programs {
namespace {

struct form_word {
  value_form form;
  std::string_view word;
};
constexpr form_word form_words[] = {{value_form::number, "number"},
                                    {value_form::natural, "natural"},
                                    {value_form::hex, "hex"},
                                    {value_form::socket_family, "socket_family"},
                                    {value_form::protection, "protection"},
                                    {value_form::device, "device"},
                                    {value_form::address, "address"},
                                    {value_form::capability, "capability"}};

}  // namespace

std::string_view word_of(value_form form) {
  for (const form_word& one : form_words)
    if (one.form == form) return one.word;
  __builtin_unreachable();
}

value_form form_of(std::string_view word) {
  for (const form_word& one : form_words)
    if (one.word == word) return one.form;
  return value_form::number;
}

}  // namespace lsmith::programs
