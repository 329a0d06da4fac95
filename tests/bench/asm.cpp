// How long assembling takes, beside its targets: from values, and from text beside llvm-mc on the same file. llvm-mc is a
// process of its own, so the text assembler is run as one too: this program starts itself with a file to assemble.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <lsmith/asm/assembler.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/tests/asm/rows.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::isa;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void tell(const char* what, const char* unit, double target, double measured, bool at_least = false) {
  const bool met = at_least ? measured >= target : measured <= target;
  std::printf("%-58s target %s %8.2f %-3s measured %8.2f %-3s %s\n", what, at_least ? ">=" : "<=", target, unit, measured,
              unit, met ? "met" : "missed");
}

// ------------------------------------------------------------------------------------------------------- from values --

// Sixteen instructions, five of them jumps to two labels, again and again.
double nanoseconds_each(int count, line_info lines) {
  const auto start = std::chrono::steady_clock::now();
  assembler a({.lines = lines});
  for (int i = 0; i < count / 16; ++i) {
    const label deny = a.new_label("deny"), next = a.new_label("next");
    a({
        load(r6, mem64[r1 + 0]),
        load(r7, mem32[r6 + 16]),
        jeq(w7, i, deny),
        mov(r2, r10),
        add(r2, -8),
        store(mem64[r2 + 0], r7),
        jne(r6, r7, next),
        lsh(r7, 32),
        arsh(r7, 32),
        bind(deny),
        mov(w0, -1),
        ja(next),
        and_(w7, 0xff),
        or_(r7, r6),
        xor_(w7, w6),
        bind(next),
        sub(r7, 3),
        jslt(r7, 5, next),
    });
  }
  const checked<code> made = std::move(a).finish();
  const auto end = std::chrono::steady_clock::now();
  if (!made) std::abort();
  return std::chrono::duration<double, std::nano>(end - start).count() / count;
}

void assemble_values() {
  for (const int count : {1600, 16000, 160000, 1000000})
    for (const line_info lines : {line_info::drop, line_info::keep}) {
      std::vector<double> runs;
      for (int i = 0; i < 15; ++i) runs.push_back(nanoseconds_each(count, lines));
      const std::string what = "values: " + std::to_string(count) + " instructions, " +
                               (lines == line_info::keep ? "with lines" : "without lines");
      tell(what.c_str(), "ns", 10, median(runs));
    }
}

// --------------------------------------------------------------------------------------------------------- from text --

// Lines that llvm-mc knows, every tenth a label and every tenth a jump to one.
void write_lines(const std::string& path, int count) {
  std::mt19937 random(1);
  std::vector<std::string_view> texts;
  for (const tests::row& one : tests::rows())
    if (one.text.find("goto") == one.text.npos && one.text.find("call") == one.text.npos &&
        one.text.find("ld_pseudo") == one.text.npos && one.text.find("skb[r7 ") == one.text.npos &&
        one.text.find("load_acquire") == one.text.npos && one.text.find("store_release") == one.text.npos)
      texts.push_back(one.text);
  std::ofstream file(path);
  for (int i = 0; i < count; ++i) {
    if (i % 10 == 0) file << 'L' << i << ":\n";
    else if (i % 10 == 5) file << "if r1 == " << i << " goto L" << i / 10 * 10 << '\n';
    else file << "  " << texts[random() % texts.size()] << '\n';
  }
}

int assemble_file(const char* path, const char* lines) {
  const int file = open(path, O_RDONLY);
  std::string source(static_cast<std::size_t>(lseek(file, 0, SEEK_END)), '\0');
  if (pread(file, source.data(), source.size(), 0) != static_cast<ssize_t>(source.size())) return 1;
  const line_info kept = std::string_view(lines) == "lines" ? line_info::keep : line_info::drop;
  const checked<code> made = text::parse_code(source, path, {.lines = kept});
  if (!made) return 1;
  std::ofstream out(std::string(path) + ".out", std::ios::binary);
  out.write(reinterpret_cast<const char*>(made->insns.data()), static_cast<std::streamsize>(made->insns.size() * 8));
  return out.good() ? 0 : 1;
}

struct cost {
  double milliseconds = 0;  ///< of processor time
  double megabytes = 0;
};

cost run(std::vector<const char*> words) {
  words.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    execvp(words[0], const_cast<char**>(words.data()));
    _exit(127);
  }
  int status = 0;
  rusage used{};
  wait4(child, &status, 0, &used);
  if (status != 0) return {};
  const auto ms = [](const timeval& t) { return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3; };
  return {ms(used.ru_utime) + ms(used.ru_stime), static_cast<double>(used.ru_maxrss) / 1024};
}

cost median_of(const std::vector<const char*>& words) {
  std::vector<double> times, sizes;
  for (int i = 0; i < 7; ++i) {
    const cost one = run(words);
    times.push_back(one.milliseconds);
    sizes.push_back(one.megabytes);
  }
  return {median(times), median(sizes)};
}

std::string newest_llvm_mc() {
  for (const char* version : {"22", "21", "20", "19"})
    if (run({"sh", "-c", ("command -v llvm-mc-" + std::string(version) + " >/dev/null").c_str()}).megabytes > 0)
      return "llvm-mc-" + std::string(version);
  return "llvm-mc";
}

void assemble_text(const char* self) {
  std::string path = "/tmp/lsmith-bench-XXXXXX";
  close(mkstemp(path.data()));
  write_lines(path, 100000);
  const std::string out = path + ".out", tool = newest_llvm_mc();
  const cost theirs = median_of({tool.c_str(), "-triple=bpfel", "-mcpu=v4", "-filetype=obj", path.c_str(), "-o", out.c_str()});
  const cost ours = median_of({self, path.c_str(), "plain"});
  const cost with_lines = median_of({self, path.c_str(), "lines"});
  const cost debugging = median_of({tool.c_str(), "-triple=bpfel", "-mcpu=v4", "-g", "-filetype=obj", path.c_str(), "-o", out.c_str()});
  unlink(path.c_str());
  unlink(out.c_str());
  if (theirs.milliseconds == 0 || ours.milliseconds == 0) {
    std::printf("text: %s cannot be run: not measured, missed\n", tool.c_str());
    return;
  }
  std::printf("text: 100000 lines: %s %.1f ms, %.1f MiB; lsmith %.1f ms, %.1f MiB\n", tool.c_str(), theirs.milliseconds,
              theirs.megabytes, ours.milliseconds, ours.megabytes);
  tell("text: 100000 lines, times faster than llvm-mc", "x", 12, theirs.milliseconds / ours.milliseconds, true);
  tell("text: peak memory beside llvm-mc's", "x", 0.25, ours.megabytes / theirs.megabytes);
  if (debugging.milliseconds > 0)
    std::printf("text: with debug info: %.1f times faster than llvm-mc -g\n", debugging.milliseconds / with_lines.milliseconds);
}

}  // namespace

int main(int count, char** words) {
  if (count == 3) return assemble_file(words[1], words[2]);
  assemble_values();
  assemble_text(words[0]);
}
