// Runs the commands that README.md and the pages of docs/ show, each on its own: what it names exists before it starts.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/programs/policies/catalogue.hpp>
#include <lsmith/tests/harness/page/page.hpp>
#include <lsmith/tests/harness/policy/command.hpp>

namespace {

namespace fs = std::filesystem;
using namespace lsmith;
using namespace lsmith::tests;
using words = std::vector<std::string>;

std::vector<std::string> all_pages() {
  std::vector<std::string> pages{"README.md"};
  for (const auto& entry : fs::directory_iterator("docs"))
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  return pages;
}

/// The text of a line of code: of one that is indented by four blanks, or of one in a block of kind "sh". Else empty.
std::vector<std::string> code_lines(const std::string& page) {
  std::vector<std::string> lines;
  std::istringstream all(page);
  for (std::string line; std::getline(all, line);)
    if (line.starts_with("    ")) lines.push_back(line.substr(4));
  for (const fenced_block& block : blocks_of(page)) {
    std::istringstream inside(block.kind == "sh" ? block.text : std::string());
    for (std::string line; std::getline(inside, line);) lines.push_back(line);
  }
  return lines;
}

/// The commands of a page. A description follows a command after two blanks.
std::vector<words> commands_of(const std::string& page) {
  std::vector<words> commands;
  for (const std::string& line : code_lines(page)) {
    if (!line.starts_with("lsmith ")) continue;
    std::istringstream parts(line.substr(0, line.find("  ")));
    words given{std::istream_iterator<std::string>(parts), {}};
    given.erase(given.begin());
    commands.push_back(std::move(given));
  }
  return commands;
}

/// Writes the files that a page shows: lines of code that begin with "# /PATH", up to the next line that is no code.
void write_shown_files(const std::string& page) {
  std::istringstream all(page);
  std::ofstream file;
  for (std::string line; std::getline(all, line);) {
    const bool is_code = line.starts_with("    ") || (line.empty() && file.is_open());
    if (!is_code && file.is_open()) file.close();
    if (line.starts_with("    # /")) {
      const std::string path = line.substr(6, line.find_first_of(": ", 6) - 6);
      fs::create_directories(fs::path(path).parent_path());
      file.open(path);
    }
    if (file.is_open()) file << (line.empty() ? "" : line.substr(4)) << '\n';
  }
}

/// What the commands name: files, directories and a cgroup. Deleted when this goes out of scope.
struct named_files {
  std::vector<std::string> files = {"/usr/bin/runc",  "/usr/bin/perf",         "/usr/bin/node",
                                    "/usr/bin/gdb",   "/usr/local/bin/lsmith", "/etc/shadow",
                                    "/root/.ssh/key", "/usr/bin/nginx",        "/usr/lib/libc.so.6"};
  named_files() {
    for (const std::string& path : files) {
      fs::create_directories(fs::path(path).parent_path());
      std::ofstream(path) << "x";
    }
    fs::create_directories("/image/sbin");
    mkdir("/sys/fs/cgroup/web", 0755);
    for (const std::string& page : all_pages()) write_shown_files(read_page(page));
  }
  ~named_files() {
    std::error_code none;
    for (const std::string& path : files) fs::remove(path, none);
    for (const char* directory : {"/image", "/etc/lsmith", "deny-raw"}) fs::remove_all(directory, none);
    rmdir("/sys/fs/cgroup/web");
  }
};

bool is_given(const words& given, std::string_view option) { return std::ranges::find(given, option) != given.end(); }

std::string value_after(const words& given, std::string_view option) {
  const auto at = std::ranges::find(given, option);
  return at == given.end() || at + 1 == given.end() ? std::string() : at[1];
}

/// Ends at once: --for 0s. A policy that would keep this process from removing it is only shown.
words made_harmless(words given) {
  const bool waits = given[0] == "watch" || (given[0] == "run" && !is_given(given, "--pin"));
  const auto time = std::ranges::find(given, "--for");
  if (time != given.end()) time[1] = "0s";
  else if (waits) given.insert(given.end(), {"--for", "0s"});
  if (given[0] == "run" && (given[1] == "guard-bpf" || given[1] == "lock-pins")) given[0] = "show";
  return given;
}

/// The name of the pinned policy that the command is about; empty if it is about none.
std::string pin_of(const words& given) {
  constexpr std::string_view verbs[] = {"status", "watch", "report", "reload", "arm", "keep", "detach"};
  const bool takes_name = std::ranges::find(verbs, given[0]) != std::end(verbs) && !given[1].starts_with("-");
  return takes_name ? given[1] : value_after(given, "--pin");
}

/// Pins what a command about a pinned policy expects.
void pin_for(const words& given, const std::string& name) {
  if (given[0] == "run" || given[0] == "build" || given[0] == "show" || name.empty()) return;
  words pin{"run", "deny-socket-family", "--family", "AF_ALG", "--system", "--pin", name};
  if (given[0] == "arm") pin.push_back("--disarmed");
  if (given[0] == "keep") pin.insert(pin.end(), {"--confirm-within", "60s"});
  if (is_given(given, "--enforce")) pin.push_back("--dry-run");
  const outcome said = lsmith_says(pin);
  REQUIRE_MESSAGE(said.status == 0, said.err);
}

/// Whether the policy needs a newer kernel than this one.
bool is_too_new(const words& given) {
  const auto policy = given.size() > 1 ? programs::find_policy(given[1]) : programs::find_policy("");
  if (!policy) return false;
  std::uint16_t major = 0, minor = 0;
  char dot = 0;
  std::istringstream(std::string((*policy)->lowest)) >> major >> dot >> minor;
  return loader::running_kernel() < loader::kernel_version{major, minor};
}

void check_command(const words& shown) {
  const words given = made_harmless(shown);
  std::string line = "lsmith";
  for (const std::string& word : given) line += " " + word;
  CAPTURE(line);
  const std::string name = pin_of(given);
  pin_for(given, name);
  const outcome said = lsmith_says(given);
  if (is_too_new(given)) CHECK(said.status == 1);
  else CHECK_MESSAGE(said.status == 0, said.err);
  if (!name.empty()) CHECK(lsmith_says({"detach", name}).status == 0);
}

}  // namespace

// On one kernel only (tests/vm/lsm.sh): the tests of each verb run on all.
TEST_SUITE_BEGIN("pages");

TEST_CASE("pages: every command that README.md and docs/ show works") {
  const named_files files;
  std::size_t run = 0;
  for (const std::string& page : all_pages())
    for (const words& command : commands_of(read_page(page))) {
      check_command(command);
      ++run;
    }
  CHECK(run > 40);
}

TEST_SUITE_END();
