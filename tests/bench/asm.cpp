// Measures assembling, with targets: from values, and from text compared with llvm-mc on the same file. llvm-mc and our static
// command are run in turn, so that other load affects both. Each makes an object file. Times are CPU time, including page
// faults, so other processes have little effect.
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/tests/asm/isa/rows.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::isa;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void report(const char* what, const char* unit, double target, double measured, bool at_least = false) {
  const bool met = at_least ? measured >= target : measured <= target;
  std::printf("%-58s target %s %8.2f %-3s measured %8.2f %-3s %s\n", what, at_least ? ">=" : "<=", target, unit, measured, unit,
              met ? "met" : "missed");
}

// ------------------------------------------------------------------------------------------------------- from values --

double nanoseconds_used() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e9 + static_cast<double>(used.tv_nsec);
}

// Assembles the same sixteen instructions repeatedly; five of them are jumps to two labels.
double nanoseconds_each(int count, line_info lines) {
  const double start = nanoseconds_used();
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
  const double end = nanoseconds_used();
  if (!made) std::abort();
  return (end - start) / count;
}

void assemble_values() {
  for (const int count : {1600, 16000, 160000, 1000000})
    for (const line_info lines : {line_info::drop, line_info::keep}) {
      std::vector<double> runs;
      for (int i = 0; i < 15; ++i) runs.push_back(nanoseconds_each(count, lines));
      const std::string what =
          "values: " + std::to_string(count) + " instructions, " + (lines == line_info::keep ? "with lines" : "without lines");
      report(what.c_str(), "ns", 10, median(runs));
    }
}

// --------------------------------------------------------------------------------------------------------- from text --

// Writes lines that llvm-mc supports too. One in ten is a label, and one in ten a jump to a label.
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

struct cost {
  double milliseconds = 0;  ///< of CPU time
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

// Runs all commands in turn, repeatedly.
std::vector<cost> medians_of(const std::vector<std::vector<const char*>>& commands) {
  std::vector<std::vector<double>> times(commands.size()), sizes(commands.size());
  for (int i = 0; i < 11; ++i)
    for (std::size_t each = 0; each < commands.size(); ++each) {
      const cost one = run(commands[each]);
      times[each].push_back(one.milliseconds);
      sizes[each].push_back(one.megabytes);
    }
  std::vector<cost> all;
  for (std::size_t each = 0; each < commands.size(); ++each) all.push_back({median(times[each]), median(sizes[each])});
  return all;
}

std::string newest_llvm_mc() {
  for (const char* version : {"22", "21", "20", "19"})
    if (run({"sh", "-c", ("command -v llvm-mc-" + std::string(version) + " >/dev/null").c_str()}).megabytes > 0)
      return "llvm-mc-" + std::string(version);
  return "llvm-mc";
}

void assemble_text() {
  std::string path = "/tmp/lsmith-bench-XXXXXX";
  close(mkstemp(path.data()));
  write_lines(path, 100000);
  const char* build = std::getenv("BUILD");
  const std::string out = path + ".o", tool = newest_llvm_mc(),
                    command = std::string(build != nullptr ? build : "build") + "/lsmith-static";
  const char *mc = tool.c_str(), *lsmith = command.c_str(), *text = path.c_str(), *object = out.c_str();
  const std::vector<cost> costs = medians_of({
      {mc, "-triple=bpfel", "-mcpu=v4", "-filetype=obj", text, "-o", object},
      {lsmith, "asm", text, "-o", object, "--program", "bench,socket_create", "--no-lines"},
      {mc, "-triple=bpfel", "-mcpu=v4", "-g", "-filetype=obj", text, "-o", object},
      {lsmith, "asm", text, "-o", object, "--program", "bench,socket_create"},
  });
  const cost &theirs = costs[0], &ours = costs[1], &debugging = costs[2], &with_lines = costs[3];
  unlink(path.c_str());
  unlink(out.c_str());
  if (theirs.milliseconds == 0 || ours.milliseconds == 0) {
    std::printf("text: %s or %s cannot be run: not measured, missed\n", mc, lsmith);
    return;
  }
  std::printf("text: an object from 100000 lines: %s %.1f ms, %.1f MiB; lsmith %.1f ms, %.1f MiB\n", mc, theirs.milliseconds,
              theirs.megabytes, ours.milliseconds, ours.megabytes);
  report("text: 100000 lines, times faster than llvm-mc", "x", 8, theirs.milliseconds / ours.milliseconds, true);
  report("text: peak memory beside llvm-mc's", "x", 0.25, ours.megabytes / theirs.megabytes);
  if (debugging.milliseconds > 0)
    std::printf("text: with debug info: %.1f times faster than llvm-mc -g\n", debugging.milliseconds / with_lines.milliseconds);
}

}  // namespace

// Text comes first: the peak memory of a child includes that of this process before exec, and the values take much.
int main() {
  assemble_text();
  assemble_values();
}
