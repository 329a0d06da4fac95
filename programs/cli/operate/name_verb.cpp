#include <lsmith/programs/cli/operate/name_verb.hpp>

#include <lsmith/programs/cli/shared/options.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {

using programs::policy_status;

std::string valid_name(const std::string& name) {
  if (!loader::is_pin_entry(name)) throw usage_error{explain({.why = cause::pin_name_invalid, .name = name})};
  return name;
}

std::optional<name_request> read_name(const name_verb& verb, const words& given, const console& to) {
  boost::program_options::options_description known("Options of " + std::string(verb.name));
  add_options(verb.options, known);
  known.add_options()("json", "as JSON (docs/json.md)")("help", "this text");
  auto values = read_options(given, known, plain_words::one);
  if (values.count("help")) {
    to.out << "usage: lsmith " << verb.name << " NAME [OPTIONS]\n\n" << verb.explanation << "\n\n" << known;
    return std::nullopt;
  }
  const words named = plain(values);
  if (named.empty()) {
    if (verb.all_with.empty() || !values.count(std::string(verb.all_with)))
      throw usage_error{"name a pinned policy; 'lsmith list' shows them"};
    return name_request{{}, std::move(values)};
  }
  return name_request{valid_name(named.front()), std::move(values)};
}

std::expected<loader::pinned_policy, int> find_pinned(const std::string& name, const console& to) {
  auto found = loader::pins().find(name);
  if (found) return std::move(*found);
  complain(to, found.error());
  const cause why = found.error().why;
  const std::string out_of_reach = why == cause::pin_absent ? programs_out_of_reach() : std::string();
  if (!out_of_reach.empty()) complain(to, command_cause::out_of_reach, out_of_reach);
  const bool is_known = (why == cause::pin_absent && out_of_reach.empty()) || why == cause::pin_damaged;
  return std::unexpected(exit_status(is_known ? policy_status::not_enforced : policy_status::unknown));
}

int exit_status(policy_status is) {
  switch (is) {
    case policy_status::enforced: return 0;
    case policy_status::not_enforced: return 3;
    case policy_status::unknown: return 4;
  }
  __builtin_unreachable();
}

}  // namespace lsmith::cli
