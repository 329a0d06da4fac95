// Names and texts that others chose reach the terminal only through printable(): no escape sequence, no line of its own.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/btf/text/printable.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policy/command.hpp>

namespace lsmith::tests {
namespace {

const std::string hostile =
    "x\x1b[2J\nr0 = 7\r\x9b"
    "2J";

/// Types in which everything that has a name has a hostile one.
std::string hostile_btf(const temporary_directory& in, std::uint32_t size) {
  btf::encoder e;
  const btf::type_id number = e.int_("int", 4, btf::int_encoding::signed_);
  const std::string member = "m" + hostile, param = "p" + hostile;  // the encoder's arguments are views
  const btf::new_member members[] = {{member, number, 0}};
  e.struct_("s" + hostile, size, members);
  const btf::new_param params[] = {{param, number}};
  e.func("bpf_lsm_h" + hostile, e.func_proto(number, params), btf::linkage::static_);
  e.func("h" + hostile, e.func_proto(number, params), btf::linkage::static_);
  const std::vector<std::byte> whole = e.finish();
  const std::string path = in.path + "/types" + std::to_string(size);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(whole.data()), static_cast<std::streamsize>(whole.size()));
  return path;
}

/// Whether a text has nothing in it but printable characters, tabs and newlines, and none of its lines is the one that was smuggled in.
bool is_clean(const std::string& text) {
  for (const char character : text)
    if (character != '\n' && character != '\t' && static_cast<unsigned char>(character) < 0x20) return false;
  return text.find('\x1b') == text.npos && text.find("\x9b") == text.npos && text.find("\nr0 = 7") == text.npos;
}

}  // namespace

TEST_CASE("printable: UTF-8 stays, and every byte of a control, a mark of direction or of no character is shown as '?'") {
  CHECK(printable("größe/日本") == "größe/日本");
  CHECK(printable("a\nb\x1b[2J\x7f") == "a?b?[2J?");
  CHECK(printable("\xc2\x9b"
                  "2J") == "??2J");  // C1: CSI
  CHECK(printable("a\xe2\x80\xae"
                  "b") == "a???b");  // right-to-left override
  CHECK(printable("\xff\xc3(\xed\xa0\x80\xc0\xaf") == std::string("?\?(?????"));  // no UTF-8, a surrogate, an overlong slash
  CHECK(printable("cut \xe2\x82") == "cut ??");
  CHECK(printable("") == "");
}

TEST_CASE("foreign text: names in types cannot move the cursor or begin a line, in any listing") {
  const temporary_directory directory;
  const std::string one = hostile_btf(directory, 4), other = hostile_btf(directory, 8);
  const std::vector<std::vector<std::string>> commands = {
      {"hooks", "--btf", one},
      {"btf", "find", "s" + hostile, "h" + hostile, "s" + hostile + ".m" + hostile, "--btf", one},
      {"btf", "dump", "--btf", one},
      {"btf", "dump", "--format", "c", "--btf", one},
      {"btf", "dump", "--json", "--btf", one},
      {"btf", "diff", one, other, "s" + hostile},
      {"btf", "diff", one, other},
      {"hooks", "absent", "--btf", one},
      {"btf", "find", "absent" + hostile, "--btf", one},
  };
  for (const auto& words : commands) {
    const outcome said = lsmith_says(words);
    CAPTURE(words[0] + " " + words[1]);
    CHECK(is_clean(said.out));
    CHECK(is_clean(said.err));
  }
}

TEST_CASE("foreign text: words of the command line, profiles and paths are shown as text too") {
  const temporary_directory directory;
  const std::string profile = directory / "evil.ini";
  std::ofstream(profile) << "summary = a\x1b[2Jb\nside-effects = \x1b]0;x\x07\nsystem = yes\n[deny-raw-sockets]\n";
  const std::string wrong = directory / "wrong.ini";
  std::ofstream(wrong) << "[\x1b[2J]\n\x1b[31m = 1\n[lock-pins]\n\x1b[7m = 2\n";
  const std::vector<std::vector<std::string>> commands = {
      {hostile},
      {"--" + hostile},
      {"run", hostile},
      {"run", "--" + hostile},
      {"btf", hostile},
      {"hooks", "--" + hostile},
      {"run", profile, "--help"},
      {"run", wrong, "--system"},
      {"show", directory.path + "/" + hostile},
      {"asm", directory.path + "/" + hostile},
      {"disasm", directory.path + "/" + hostile},
      {"status", hostile},
      {"hooks", "--btf", directory.path + "/" + hostile},
      {"run", "deny-raw-sockets", "--uid", hostile},
      {"run", "deny-raw-sockets", "--system", "--for", hostile},
      {"run", "deny-socket-family", "--family", hostile, "--system"},
  };
  for (const auto& words : commands) {
    const outcome said = lsmith_says(words);
    CAPTURE(words[0] + (words.size() > 1 ? " " + words[1] : ""));
    CHECK(is_clean(said.out));
    CHECK(is_clean(said.err));
  }
}

}  // namespace lsmith::tests
