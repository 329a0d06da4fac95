// The verbs asm and disasm: what they print, and the files that they write.
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lsmith/tests/btf/sample.hpp>
#include <lsmith/tests/harness/policy/command.hpp>

namespace {

using lsmith::tests::lsmith_says;
using lsmith::tests::outcome;

/// A file with the given text, deleted when it goes out of scope.
struct written {
  std::string path;
  explicit written(std::string_view content, std::string_view ending = "") {
    static int count = 0;
    path = "/tmp/lsmith-asm-" + std::to_string(getpid()) + '-' + std::to_string(++count) + std::string(ending);
    std::ofstream(path, std::ios::binary) << content;
  }
  ~written() { unlink(path.c_str()); }
};

constexpr std::string_view deny = R"(.license "Dual MIT/GPL"
.map events, ringbuf, 0, 0, 4096
.constant uid, 1000
.program deny_alg, socket_create
  r6 = *(u64 *)(r1 + argument(family))
  if w6 != 38 goto L1
  r1 = map_fd(events) ll
  call count
  w0 = constant(uid)
L1:
  exit
.function count
  r0 = field_size(file, f_path.many[2])
  r7 = function(count) ll
  call kfunc(bpf_get_task_exe_file)
  exit
)";

}  // namespace

TEST_CASE("asm: --hex prints one slot per line, with the names of its relocations") {
  const written file(deny);
  const outcome got = lsmith_says({"asm", file.path, "--hex"});
  CHECK(got.status == 0);
  CHECK(got.err.empty());
  CHECK(got.out ==
        "# deny_alg on socket_create\n"
        "79 16 00 00 00 00 00 00  # argument(family)\n"
        "56 06 04 00 26 00 00 00\n"
        "18 11 00 00 00 00 00 00  # map_fd(events)\n"
        "00 00 00 00 00 00 00 00\n"
        "85 10 00 00 02 00 00 00\n"
        "b4 00 00 00 00 00 00 00  # constant(uid)\n"
        "95 00 00 00 00 00 00 00\n"
        "b7 00 00 00 00 00 00 00  # field_size(file, f_path.many[2])\n"
        "18 47 00 00 fe ff ff ff\n"
        "00 00 00 00 00 00 00 00\n"
        "85 20 00 00 00 00 00 00  # kfunc(bpf_get_task_exe_file)\n"
        "95 00 00 00 00 00 00 00\n");
}

TEST_CASE("asm: instructions without directives can be printed too; without -o and --hex a correct text prints nothing") {
  const written file("r0 = 0\nexit\n");
  CHECK(lsmith_says({"asm", file.path, "--hex"}).out == "b7 00 00 00 00 00 00 00\n95 00 00 00 00 00 00 00\n");
  const outcome silent = lsmith_says({"asm", file.path});
  CHECK(silent.status == 0);
  CHECK(silent.out.empty());
  CHECK(silent.err.empty());
}

TEST_CASE("asm: faults have file, line, column and a caret, and the status is 1") {
  const written file(".program a, file_open\n  r0 = r11\n  got +1\n");
  const outcome got = lsmith_says({"asm", file.path, "--hex"});
  CHECK(got.status == 1);
  CHECK(got.out.empty());
  CHECK(got.err == file.path + ":2:8: there is no register 'r11': r0 to r10 and w0 to w10 are all\n    r0 = r11\n         ^\n" +
                       file.path +
                       ":3:3: no instruction starts with 'got'; did you mean 'goto' or 'gotol' or 'gotox'?\n    got +1\n    ^\n");
  const written unknown(".program a, file_open\n  r1 = map_fd(events) ll\n  exit\n");
  const outcome missing = lsmith_says({"asm", unknown.path});
  CHECK(missing.status == 1);
  CHECK(missing.err.find(":2:3: the program uses map 'events', and the object has none of that name\n") != std::string::npos);
}

TEST_CASE("asm: code that is legal but probably a mistake is a warning, and only with --check") {
  const written file("r0 = 0\n*(u64 *)(r10 + 8) = r0\n");
  CHECK(lsmith_says({"asm", file.path}).err.empty());
  const outcome got = lsmith_says({"asm", file.path, "--check"});
  CHECK(got.status == 0);
  CHECK(got.err == "warning: " + file.path +
                       ":2:1: this is 8 bytes at r10 8; the stack is the 512 bytes below r10\n"
                       "  *(u64 *)(r10 + 8) = r0\n  ^\n"
                       "warning: " +
                       file.path +
                       ":2:1: the function runs on past its last instruction; end it with exit or a jump\n"
                       "  *(u64 *)(r10 + 8) = r0\n  ^\n");
}

TEST_CASE("asm --werror: a warning prevents the file and the digits, and the status is 1; without one nothing is changed") {
  const written careless("r0 = 0\n*(u64 *)(r10 + 8) = r0\n"), careful("r0 = 0\nexit\n");
  const outcome got = lsmith_says({"asm", careless.path, "--check", "--werror", "--hex"});
  CHECK(got.status == 1);
  CHECK(got.out.empty());
  CHECK(got.err.starts_with("warning: "));
  const std::string object = careless.path + ".o";
  CHECK(lsmith_says({"asm", careless.path, "--check", "--werror", "--program", "p,file_open", "-o", object}).status == 1);
  CHECK(access(object.c_str(), F_OK) != 0);
  CHECK(lsmith_says({"asm", careful.path, "--check", "--werror", "--hex"}).status == 0);
  CHECK(lsmith_says({"asm", careful.path, "--werror"}).status == 2);
}

TEST_CASE("disasm: hexadecimal digits become text that asm turns into the same digits") {
  const written file("# anything\nb7000000 05000000\n55 00 fe ff 00 00 00 00 # back\n8D 00 00 00 00 00 00 00\n");
  const outcome got = lsmith_says({"disasm", "--hex", file.path});
  CHECK(got.status == 0);
  CHECK(got.out == "L1:\n  r0 = 5\n  if r0 != 0 goto L1\n  .insn 0x8d, 0, 0, 0, 0\n");
  CHECK(lsmith_says({"disasm", "--hex", "--kernel", file.path}).out ==
        "(b7) r0 = 5\n(55) if r0 != 0x0 goto pc-2\n.insn 0x8d, 0, 0, 0, 0\n");
  const written again(got.out);
  CHECK(lsmith_says({"asm", "--hex", again.path}).out ==
        "b7 00 00 00 05 00 00 00\n55 00 fe ff 00 00 00 00\n8d 00 00 00 00 00 00 00\n");
}

TEST_CASE("disasm: a character that is no hexadecimal digit is reported with line and column") {
  const written bad_digits("b7 00 00 00\n 0x 00 00 00\n");
  CHECK(lsmith_says({"disasm", "--hex", bad_digits.path}).err ==
        "lsmith: " + bad_digits.path + ":2:3: expected hexadecimal digits, found x\n");
  const written odd("b7 00 00 00 00 00 00\n");
  CHECK(lsmith_says({"disasm", "--hex", odd.path}).err ==
        "lsmith: " + odd.path + ":1: expected 16 digits for each instruction slot, found 14 at the end\n");
  const written nothing("# nothing\n");
  const outcome got = lsmith_says({"disasm", "--hex", nothing.path});
  CHECK(got.status == 1);
  CHECK(got.err == "lsmith: " + nothing.path + ": the program has no instruction\n");
}

TEST_CASE("asm, disasm: an object file is disassembled to the text that it was made from") {
  const written file(deny);
  const std::string out = file.path + ".o";
  const outcome made = lsmith_says({"asm", file.path, "-o", out});
  CHECK(made.err == "");
  CHECK(made.status == 0);
  const outcome got = lsmith_says({"disasm", out});
  CHECK(got.err == "");
  CHECK(got.out == deny);
  CHECK(lsmith_says({"disasm", "--kernel", out}).out.starts_with("deny_alg on socket_create:\n(79) r6 = *(u64 *)(r1 +0)\n"));
  unlink(out.c_str());
  CHECK(lsmith_says({"asm", file.path, "-o", "/does/not/exist.o"}).err ==
        "lsmith: cannot write '/does/not/exist.o': ENOENT (no such file or directory)\n");
  CHECK(lsmith_says({"asm", file.path, "-o", out, "--hex"}).status == 2);
  const outcome text = lsmith_says({"disasm", file.path});
  CHECK(text.status == 1);
  CHECK(text.err == "lsmith: " + file.path + ": at byte 0: this ELF file cannot be read: it is no ELF file\n");
  const written bare("exit\n");
  CHECK(lsmith_says({"asm", bare.path, "-o", out}).err.find("begin with .program NAME, HOOK") != std::string::npos);
}

TEST_CASE("asm: instructions without directives become the program that --program names") {
  const written bare("r0 = 0\nexit\n");
  const std::string out = bare.path + ".o";
  const outcome made = lsmith_says({"asm", bare.path, "-o", out, "--program", "pass,file_open", "--no-lines"});
  CHECK(made.err == "");
  CHECK(made.status == 0);
  CHECK(lsmith_says({"disasm", out}).out == ".license \"Dual MIT/GPL\"\n.program pass, file_open\n  r0 = 0\n  exit\n");
  CHECK(lsmith_says({"asm", bare.path, "-o", out, "--program", "pass"}).err.find("--program takes NAME,HOOK") !=
        std::string::npos);
  for (const char* words : {"a,bpf\nx", "a,b,c", "a b,file_open", ",b", "a,"}) {
    const outcome refused = lsmith_says({"asm", bare.path, "-o", out, "--program", words});
    CHECK(refused.status == 2);
    CHECK(refused.err.find("--program takes NAME,HOOK, as in deny_alg,socket_create") != std::string::npos);
  }
  unlink(out.c_str());
}

namespace {

std::string content_of(const std::string& path) {
  std::ostringstream now;
  now << std::ifstream(path).rdbuf();
  return now.str();
}

/// The number of temporary files of an output: their names are its path, a dot and more.
std::size_t temporary_files(const std::string& path) {
  std::size_t count = 0;
  for (const auto& each : std::filesystem::directory_iterator("/tmp")) count += each.path().string().starts_with(path + ".");
  return count;
}

/// Limits the files that this process writes to so many bytes (RLIMIT_FSIZE) while it lives.
struct short_files {
  rlimit before{};
  explicit short_files(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit now = {bytes, before.rlim_max};
    std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~short_files() {
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_DFL);
  }
};

}  // namespace

TEST_CASE("asm: if the file cannot be written whole, the old one stays and the sentence says why") {
  const std::vector<std::byte> kernel = lsmith::tests::sample_bytes();
  const written types({reinterpret_cast<const char*>(kernel.data()), kernel.size()});
  const written text(".program a, socket_create\n  r0 = *(u64 *)(r1 + argument(kern))\n  exit\n", ".s"), old("not an object");
  for (const bool for_kernel : {false, true}) {
    std::vector<std::string> words = {"asm", text.path, "-o", old.path};
    if (for_kernel) words.insert(words.end(), {"--btf", types.path});
    outcome got{};
    {
      const short_files full(64);
      got = lsmith_says(words);
    }
    CHECK(got.status == 1);
    CHECK(got.err == "lsmith: cannot write '" + old.path + "': EFBIG (file too large)\n");
    CHECK(content_of(old.path) == "not an object");
    CHECK(temporary_files(old.path) == 0);
  }
  const std::string other_name = old.path + "-too";
  std::filesystem::create_hard_link(old.path, other_name);
  CHECK(lsmith_says({"asm", text.path, "-o", old.path, "--btf", types.path}).err == "");
  CHECK(content_of(other_name) == "not an object");  // the old inode was not overwritten
  unlink(other_name.c_str());
  CHECK(lsmith_says({"asm", text.path, "-o", "/dev/full"}).err == "lsmith: cannot write '/dev/full': ENOSPC (no space left)\n");
}

TEST_CASE("asm: writing leaves other files in the directory alone, keeps a symbolic link, and keeps the file's mode") {
  const written text(".program a, socket_create\n  exit\n", ".s"), old("not an object");
  const written part("somebody's");
  const std::string link = old.path + "-link", other = link + ".part";
  std::filesystem::create_symlink(std::filesystem::path(old.path).filename(), link);
  std::filesystem::rename(part.path, other);
  chmod(old.path.c_str(), 0640);
  CHECK(lsmith_says({"asm", text.path, "-o", link}).err == "");
  CHECK(std::filesystem::is_symlink(link));
  CHECK(
      content_of(old.path).starts_with("\x7f"
                                       "ELF"));
  CHECK(content_of(other) == "somebody's");
  CHECK((std::filesystem::status(old.path).permissions() & std::filesystem::perms::all) == std::filesystem::perms(0640));
  unlink(link.c_str());
  unlink(other.c_str());
}

TEST_CASE("asm: the output cannot be the text itself, and an input without end is an error") {
  const written text(".program a, socket_create\n  exit\n", ".s");
  const outcome got = lsmith_says({"asm", text.path, "-o", text.path});
  CHECK(got.status == 2);
  CHECK(got.err.starts_with("lsmith asm: -o names the text itself, which would be overwritten; name another file"));
  CHECK(content_of(text.path).starts_with(".program"));
  CHECK(lsmith_says({"asm", "/dev/zero"}).err == "lsmith: cannot read '/dev/zero': EFBIG (file too large)\n");
}

TEST_CASE("asm: warnings have lines also with --no-lines, which only affects the file") {
  const written file("r0 = 0\n");
  const std::string out = file.path + ".o";
  const outcome got = lsmith_says({"asm", file.path, "--check", "--no-lines", "--program", "a,file_open", "-o", out});
  CHECK(got.err == "warning: " + file.path +
                       ":1:1: the function runs on past its last instruction; end it with exit or a jump\n  r0 = 0\n  ^\n");
  const outcome bare = lsmith_says({"asm", file.path, "--no-lines", "--program", "a,file_open", "-o", out + "2"});
  CHECK(bare.err == "");
  CHECK(content_of(out) == content_of(out + "2"));
  unlink(out.c_str());
  unlink((out + "2").c_str());
}

TEST_CASE("disasm: --id takes only a 32-bit number") {
  for (const char* id : {"-1", "4294967296", "5x", ""}) {
    const outcome got = lsmith_says({"disasm", "--id=" + std::string(id)});
    CHECK(got.status == 2);
  }
  CHECK(lsmith_says({"disasm", "--id=-1"})
            .err.starts_with("lsmith disasm: --id takes the number of a loaded program, as 'lsmith list' shows it"));
}

TEST_CASE("asm: a text with faults leaves the old output file unchanged") {
  const written wrong(".program a, b\n  r11 = 0\n"), old("not an object");
  CHECK(lsmith_says({"asm", wrong.path, "-o", old.path}).status == 1);
  std::ostringstream now;
  now << std::ifstream(old.path).rdbuf();
  CHECK(now.str() == "not an object");
  CHECK(temporary_files(old.path) == 0);
}

TEST_CASE("asm: a file written for a kernel says on which other kernels it is valid") {
  const std::vector<std::byte> kernel = lsmith::tests::sample_bytes();
  const written types({reinterpret_cast<const char*>(kernel.data()), kernel.size()});
  const written text(".program a, socket_create\n  r0 = *(u64 *)(r1 + argument(kern))\n  exit\n", ".s");
  const std::string out = text.path + ".o";
  const std::string note = "# written for " + types.path +
                           "; for other loaders it is valid on every kernel that has its hooks and where\n"
                           "#   argument(kern) of socket_create is 24\n";
  const outcome made = lsmith_says({"asm", text.path, "-o", out, "--btf", types.path});
  CHECK(made.err == "");
  CHECK(made.out == note);
  CHECK(lsmith_says({"disasm", out}).out.starts_with(note));
  unlink(out.c_str());
  CHECK(lsmith_says({"asm", text.path, "--btf", types.path}).status == 2);
}

TEST_CASE("asm, disasm: wrong arguments are exit status 2, files that cannot be read exit status 1") {
  CHECK(lsmith_says({"asm"}).status == 2);
  CHECK(lsmith_says({"asm", "a", "b"}).status == 2);
  CHECK(lsmith_says({"asm", "a", "--hexx"}).status == 2);
  CHECK(lsmith_says({"disasm"}).status == 2);
  CHECK(lsmith_says({"asm", "--help"}).out.starts_with("usage: lsmith asm"));
  CHECK(lsmith_says({"disasm", "--help"}).out.starts_with("usage: lsmith disasm"));
  const outcome got = lsmith_says({"asm", "/does/not/exist"});
  CHECK(got.status == 1);
  CHECK(got.err == "lsmith: cannot read '/does/not/exist': ENOENT (no such file or directory)\n");
  CHECK(lsmith_says({"asm", "/tmp"}).status == 1);
}
