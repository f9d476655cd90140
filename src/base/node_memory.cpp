#include "base/node_memory.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <string>

namespace sluice::base {
namespace {

/// What precedes the data: how often this rank has published, and how often it has finished reading the
/// others.
struct Header {
  alignas(64) std::atomic<std::uint64_t> published{0};
  alignas(64) std::atomic<std::uint64_t> released{0};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free,
              "counters between processes must not need a lock");

std::string name_of(const std::string& stem, int rank) { return stem + "." + std::to_string(rank); }

/// The same on every rank, another one for every area of this node. Collective.
std::string common_stem(const Communicator& communicator) {
  static std::uint64_t made = 0;
  std::string stem = "/sluice." + std::to_string(::getpid()) + "." + std::to_string(made++);
  communicator.broadcast(stem);
  return stem;
}

bool on_one_node(const Communicator& communicator) {
  MPI_Comm node = MPI_COMM_NULL;
  MPI_Comm_split_type(communicator.handle(), MPI_COMM_TYPE_SHARED, communicator.rank(), MPI_INFO_NULL, &node);
  int size = 0;
  MPI_Comm_size(node, &size);
  MPI_Comm_free(&node);
  return communicator.all(size == communicator.size());
}

}  // namespace

struct NodeMemory::Area {
  void* memory = MAP_FAILED;
  std::size_t bytes = 0;

  Area() = default;
  Area(const Area&) = delete;
  Area& operator=(const Area&) = delete;
  ~Area() {
    if (memory != MAP_FAILED) ::munmap(memory, bytes);
  }
  [[nodiscard]] Header& header() const { return *static_cast<Header*>(memory); }
  [[nodiscard]] void* data() const { return static_cast<std::byte*>(memory) + sizeof(Header); }

  /// False if it cannot be had. Room is taken at once: a page missing later would end the program (SIGBUS).
  bool map(const std::string& name, bool create) {
    const int file = ::shm_open(name.c_str(), create ? O_CREAT | O_EXCL | O_RDWR : O_RDWR, 0600);
    if (file < 0) return false;
    if (!create || ::posix_fallocate(file, 0, static_cast<off_t>(bytes)) == 0)
      memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (create && memory == MAP_FAILED) ::shm_unlink(name.c_str());
    return memory != MAP_FAILED;
  }
};

std::unique_ptr<NodeMemory> NodeMemory::make(const Communicator& communicator, std::size_t bytes) {
  if (!on_one_node(communicator)) return nullptr;
  const std::string stem = common_stem(communicator);
  const auto sizes = communicator.gather_all(static_cast<std::int64_t>(bytes + sizeof(Header)));
  const int me = communicator.rank(), ranks = communicator.size();
  auto areas = std::make_unique<Area[]>(static_cast<std::size_t>(ranks));
  for (int rank = 0; rank < ranks; ++rank)
    areas[static_cast<std::size_t>(rank)].bytes =
        static_cast<std::size_t>(sizes[static_cast<std::size_t>(rank)]);
  Area& own = areas[static_cast<std::size_t>(me)];
  const bool created = own.map(name_of(stem, me), true);
  if (created) new (own.memory) Header;
  bool good = communicator.all(created);
  for (int rank = 0; good && rank < ranks; ++rank)
    if (rank != me) good = areas[static_cast<std::size_t>(rank)].map(name_of(stem, rank), false);
  good = communicator.all(good);
  if (created) ::shm_unlink(name_of(stem, me).c_str());
  if (!good) return nullptr;
  return std::unique_ptr<NodeMemory>(new NodeMemory(communicator, std::move(areas)));
}

NodeMemory::NodeMemory(const Communicator& communicator, std::unique_ptr<Area[]> areas)
    : communicator_(communicator), areas_(std::move(areas)) {}
NodeMemory::~NodeMemory() = default;

void* NodeMemory::mine() const { return areas_[static_cast<std::size_t>(communicator_.rank())].data(); }
void* NodeMemory::of(int rank) const { return areas_[static_cast<std::size_t>(rank)].data(); }

template <class Counter>
void NodeMemory::wait(Counter counter, std::uint64_t round) const {
  constexpr int spins = 200;  // then the processor goes to others, and MPI to its messages
  for (int rank = 0; rank < communicator_.size(); ++rank) {
    const std::atomic<std::uint64_t>& value = areas_[static_cast<std::size_t>(rank)].header().*counter;
    for (int spin = 0; value.load(std::memory_order_acquire) < round; ++spin) {
      if (spin % spins != spins - 1) continue;
      int waiting = 0;
      MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, communicator_.handle(), &waiting, MPI_STATUS_IGNORE);
      ::sched_yield();
    }
  }
}

void NodeMemory::reclaim() { wait(&Header::released, round_); }
void NodeMemory::await_all() { wait(&Header::published, round_); }
void NodeMemory::publish() {
  const auto me = static_cast<std::size_t>(communicator_.rank());
  areas_[me].header().published.store(++round_, std::memory_order_release);
}
void NodeMemory::release() {
  const auto me = static_cast<std::size_t>(communicator_.rank());
  areas_[me].header().released.store(round_, std::memory_order_release);
}

}  // namespace sluice::base
