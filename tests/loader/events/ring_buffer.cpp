// Reads a ring in ordinary memory, to which the test writes as the kernel does.
#include <doctest/doctest.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include <lsmith/loader/events/ring_buffer.hpp>

namespace {

using namespace lsmith;
using loader::ring_buffer;

constexpr std::uint32_t entries = 4096;
constexpr std::uint32_t busy = 1u << 31, discarded = 1u << 30;

/// Memory laid out like a ring buffer map; its data pages appear twice, as the kernel maps them.
class fake_ring {
 public:
  fake_ring() {
    const int memory = memfd_create("ring", MFD_CLOEXEC);
    REQUIRE(ftruncate(memory, 2 * page + entries) == 0);
    consumer_ = static_cast<std::byte*>(mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0));
    producer_ = static_cast<std::byte*>(mmap(nullptr, page + 2 * entries, PROT_READ | PROT_WRITE, MAP_SHARED, memory, page));
    mmap(producer_ + page + entries, entries, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory, 2 * page);
    close(memory);
  }
  ~fake_ring() {
    munmap(consumer_, page);
    munmap(producer_, page + 2 * entries);
  }

  ring_buffer reader() { return ring_buffer(-1, consumer_, producer_, entries); }

  /// Appends a record and returns where its header is.
  std::uint32_t* append(std::string_view text, std::uint32_t flags = 0) {
    auto* produced = reinterpret_cast<std::uint64_t*>(producer_);
    std::byte* record = producer_ + page + *produced % entries;
    auto* header = reinterpret_cast<std::uint32_t*>(record);
    header[0] = static_cast<std::uint32_t>(text.size()) | flags;
    header[1] = 0;
    std::memcpy(record + 8, text.data(), text.size());
    *produced += (text.size() + 8 + 7) & ~std::uint64_t{7};
    return header;
  }
  std::uint64_t consumed() const { return *reinterpret_cast<const std::uint64_t*>(consumer_); }
  std::uint64_t produced() const { return *reinterpret_cast<const std::uint64_t*>(producer_); }

 private:
  static constexpr std::size_t page = 4096;
  std::byte* consumer_;
  std::byte* producer_;
};

std::vector<std::string> drain(ring_buffer& ring) {
  std::vector<std::string> texts;
  ring.drain([&](bytes record) { texts.emplace_back(reinterpret_cast<const char*>(record.data()), record.size()); });
  return texts;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("ring buffer: records are read in order, each once, and their room is released") {
  fake_ring memory;
  auto ring = memory.reader();
  memory.append("one");
  memory.append("a longer record than eight bytes");
  CHECK(drain(ring) == texts{"one", "a longer record than eight bytes"});
  CHECK(memory.consumed() == memory.produced());
  CHECK(drain(ring).empty());
}

TEST_CASE("ring buffer: a busy record stops the reader until it is committed") {
  fake_ring memory;
  auto ring = memory.reader();
  memory.append("first");
  std::uint32_t* second = memory.append("second", busy);
  memory.append("third");
  CHECK(drain(ring) == texts{"first"});
  CHECK(drain(ring).empty());
  *second &= ~busy;
  CHECK(drain(ring) == texts{"second", "third"});
}

TEST_CASE("ring buffer: a discarded record is skipped") {
  fake_ring memory;
  auto ring = memory.reader();
  memory.append("discarded", discarded);
  memory.append("kept");
  CHECK(drain(ring) == texts{"kept"});
  CHECK(memory.consumed() == memory.produced());
}

TEST_CASE("ring buffer: records that wrap around the end are contiguous") {
  fake_ring memory;
  auto ring = memory.reader();
  for (int round = 0; round < 1000; ++round) {
    const std::string text(static_cast<std::size_t>(100 + round % 57), static_cast<char>('a' + round % 26));
    memory.append(text);
    REQUIRE(drain(ring) == texts{text});
  }
}

TEST_CASE("ring buffer: a drain ends although a new record arrives for every one that is read") {
  fake_ring memory;
  auto ring = memory.reader();
  memory.append("first");
  std::size_t calls = 0;
  ring.drain([&](bytes) {
    if (++calls < 1000) memory.append("one more");
  });
  CHECK(calls == 1);
  CHECK(drain(ring) == texts{"one more"});
}

TEST_CASE("ring buffer: an empty record is read like any other") {
  fake_ring memory;
  auto ring = memory.reader();
  memory.append("");
  CHECK(drain(ring) == texts{""});
}
