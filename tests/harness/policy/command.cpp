#include <lsmith/tests/harness/policy/command.hpp>

#include <sstream>

#include <lsmith/programs/cli/shared/verb.hpp>

namespace lsmith::tests {

outcome lsmith_says(const std::vector<std::string>& words) {
  std::ostringstream out, err;
  const int status = cli::run_command(words, {out, err});
  return {status, out.str(), err.str()};
}

std::string text_in(std::string_view json, std::string_view member) {
  const std::string named = "\"" + std::string(member) + "\":\"";
  const std::size_t at = json.find(named);
  if (at == json.npos) return {};
  const std::string_view rest = json.substr(at + named.size());
  return std::string(rest.substr(0, rest.find('"')));
}

std::uint64_t number_in(std::string_view json, std::string_view member) {
  const std::string named = "\"" + std::string(member) + "\":";
  const std::size_t at = json.find(named);
  return at == json.npos ? 0 : std::stoull(std::string(json.substr(at + named.size(), 20)));
}

}  // namespace lsmith::tests
