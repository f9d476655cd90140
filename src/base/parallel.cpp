#include "base/parallel.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/error.hpp"

namespace sluice::base {

/// An MPI communicator; freed with the last copy if it is ours and MPI still runs.
struct Communicator::Handle {
  MPI_Comm communicator = MPI_COMM_NULL;
  bool owned = false;

  Handle(MPI_Comm given, bool ours) : communicator(given), owned(ours) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (owned && finalized == 0) MPI_Comm_free(&communicator);
  }
};

namespace {

/// The cached world; MpiSession empties it before MPI ends.
std::shared_ptr<const Communicator>& world_cache() {
  static std::shared_ptr<const Communicator> cache;
  return cache;
}

int checked_count(std::size_t count) {
  if (count > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw Error("a single collective operation on " + std::to_string(count) +
                " values; at most 2147483647 are allowed");
  return static_cast<int>(count);
}

/// Doubles as integers of the same order, so that MPI can compare them; any NaN becomes `nan`, the extreme
/// that wins.
std::int64_t ordered(double value, std::int64_t nan) {
  if (std::isnan(value)) return nan;
  const auto bits = std::bit_cast<std::int64_t>(value);
  return bits >= 0 ? bits : bits ^ std::numeric_limits<std::int64_t>::max();
}

double from_ordered(std::int64_t key, std::int64_t nan) {
  if (key == nan) return std::numeric_limits<double>::quiet_NaN();
  return std::bit_cast<double>(key >= 0 ? key : key ^ std::numeric_limits<std::int64_t>::max());
}

void extreme(std::span<double> values, MPI_Op operation, std::int64_t nan, MPI_Comm communicator) {
  std::vector<std::int64_t> keys(values.size());
  std::transform(values.begin(), values.end(), keys.begin(),
                 [nan](double value) { return ordered(value, nan); });
  MPI_Allreduce(MPI_IN_PLACE, keys.data(), checked_count(keys.size()), MPI_INT64_T, operation, communicator);
  std::transform(keys.begin(), keys.end(), values.begin(),
                 [nan](std::int64_t key) { return from_ordered(key, nan); });
}

constexpr std::int64_t nan_of_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t nan_of_min = std::numeric_limits<std::int64_t>::min();

template <class T>
T reduce(T value, MPI_Datatype type, MPI_Op operation, const Communicator& communicator) {
  if (communicator.size() > 1) MPI_Allreduce(MPI_IN_PLACE, &value, 1, type, operation, communicator.handle());
  return value;
}

/// Adds up `ranks` rows of `columns` values, stored one after the other, in rank order.
void sum_rows(const std::vector<double>& rows, std::size_t ranks, std::span<double> sums) {
  const std::size_t columns = sums.size();
  for (std::size_t column = 0; column < columns; ++column) {
    CompensatedSum total;
    for (std::size_t rank = 0; rank < ranks; ++rank) total.add(rows[rank * columns + column]);
    sums[column] = total.value();
  }
}

/// Long arrays: each rank adds up one part of the columns, then all get all parts. Memory and traffic stay
/// proportional to the array, whatever the number of ranks; the bits equal those of the direct way.
/// Collective.
void sum_by_parts(std::span<double> values, const Communicator& communicator) {
  const auto ranks = static_cast<std::size_t>(communicator.size());
  std::vector<int> counts(ranks), offsets(ranks);
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    const std::size_t begin = values.size() * rank / ranks, end = values.size() * (rank + 1) / ranks;
    offsets[rank] = checked_count(begin);
    counts[rank] = checked_count(end - begin);
  }
  const int mine = counts[static_cast<std::size_t>(communicator.rank())];
  std::vector<int> received(ranks, mine), places(ranks);
  for (std::size_t rank = 0; rank < ranks; ++rank)
    places[rank] = checked_count(rank * static_cast<std::size_t>(mine));
  std::vector<double> rows(ranks * static_cast<std::size_t>(mine)), part(static_cast<std::size_t>(mine));
  MPI_Alltoallv(values.data(), counts.data(), offsets.data(), MPI_DOUBLE, rows.data(), received.data(),
                places.data(), MPI_DOUBLE, communicator.handle());
  sum_rows(rows, ranks, part);
  MPI_Allgatherv(part.data(), mine, MPI_DOUBLE, values.data(), counts.data(), offsets.data(), MPI_DOUBLE,
                 communicator.handle());
}

}  // namespace

MpiSession::MpiSession(int& argc, char**& argv) {
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  if (provided < MPI_THREAD_FUNNELED)
    throw Error("this MPI does not allow threads beside the one that calls it");
}

MpiSession::~MpiSession() {
  world_cache().reset();
  MPI_Finalize();
}

Communicator::Communicator(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {
  MPI_Comm_rank(handle_->communicator, &rank_);
  MPI_Comm_size(handle_->communicator, &size_);
}

Communicator::Communicator(MPI_Comm borrowed)
    : Communicator(std::make_shared<const Handle>(borrowed, false)) {}

Communicator Communicator::world() {
  auto& cache = world_cache();
  if (!cache) cache = std::make_shared<const Communicator>(Communicator(MPI_COMM_WORLD).duplicate());
  return *cache;
}

Communicator Communicator::self() { return Communicator(MPI_COMM_SELF); }

MPI_Comm Communicator::handle() const { return handle_->communicator; }

Communicator Communicator::split(int color, int key) const {
  MPI_Comm made = MPI_COMM_NULL;
  MPI_Comm_split(handle(), color, key, &made);
  return {std::make_shared<const Handle>(made, true)};
}

Communicator Communicator::duplicate() const {
  MPI_Comm made = MPI_COMM_NULL;
  MPI_Comm_dup(handle(), &made);
  return {std::make_shared<const Handle>(made, true)};
}

double Communicator::sum(double value) const {
  sum(std::span<double>(&value, 1));
  return value;
}

void Communicator::sum(std::span<double> values) const {
  if (size_ == 1 || values.empty()) return;
  constexpr std::size_t short_enough = 8192;
  const auto ranks = static_cast<std::size_t>(size_);
  if (values.size() > 1 && values.size() * ranks > short_enough) return sum_by_parts(values, *this);
  std::vector<double> rows(values.size() * ranks);
  const int count = checked_count(values.size());
  MPI_Allgather(values.data(), count, MPI_DOUBLE, rows.data(), count, MPI_DOUBLE, handle());
  sum_rows(rows, ranks, values);
}

std::int64_t Communicator::sum(std::int64_t value) const {
  return reduce(value, MPI_INT64_T, MPI_SUM, *this);
}

std::uint64_t Communicator::sum_modular(std::uint64_t value) const {
  return reduce(value, MPI_UINT64_T, MPI_SUM, *this);
}

double Communicator::min(double value) const {
  min(std::span<double>(&value, 1));
  return value;
}

double Communicator::max(double value) const {
  max(std::span<double>(&value, 1));
  return value;
}

void Communicator::min(std::span<double> values) const {
  if (size_ > 1 && !values.empty()) extreme(values, MPI_MIN, nan_of_min, handle());
}

void Communicator::max(std::span<double> values) const {
  if (size_ > 1 && !values.empty()) extreme(values, MPI_MAX, nan_of_max, handle());
}

std::int64_t Communicator::max(std::int64_t value) const {
  return reduce(value, MPI_INT64_T, MPI_MAX, *this);
}

std::int64_t Communicator::min(std::int64_t value) const {
  return reduce(value, MPI_INT64_T, MPI_MIN, *this);
}

bool Communicator::any(bool value) const { return reduce(value ? 1 : 0, MPI_INT, MPI_MAX, *this) != 0; }

bool Communicator::all(bool value) const { return reduce(value ? 1 : 0, MPI_INT, MPI_MIN, *this) != 0; }

std::uint32_t Communicator::bitwise_or(std::uint32_t value) const {
  return reduce(value, MPI_UINT32_T, MPI_BOR, *this);
}

void Communicator::broadcast(std::string& text, int root) const {
  if (size_ == 1) return;
  text.resize(static_cast<std::size_t>(broadcast(static_cast<std::int64_t>(text.size()), root)));
  constexpr std::size_t block = std::size_t{1} << 30;  // an MPI count is an int
  for (std::size_t begin = 0; begin < text.size(); begin += block)
    MPI_Bcast(text.data() + begin, static_cast<int>(std::min(block, text.size() - begin)), MPI_CHAR, root,
              handle());
}

void Communicator::broadcast(std::span<double> values, int root) const {
  if (size_ == 1) return;
  constexpr std::size_t block = std::size_t{1} << 27;
  for (std::size_t begin = 0; begin < values.size(); begin += block)
    MPI_Bcast(values.data() + begin, static_cast<int>(std::min(block, values.size() - begin)), MPI_DOUBLE,
              root, handle());
}

std::int64_t Communicator::broadcast(std::int64_t value, int root) const {
  if (size_ > 1) MPI_Bcast(&value, 1, MPI_INT64_T, root, handle());
  return value;
}

std::vector<double> Communicator::gather_all(double value) const {
  std::vector<double> values(static_cast<std::size_t>(size_), value);
  if (size_ > 1) MPI_Allgather(&value, 1, MPI_DOUBLE, values.data(), 1, MPI_DOUBLE, handle());
  return values;
}

std::vector<std::int64_t> Communicator::gather_all(std::int64_t value) const {
  std::vector<std::int64_t> values(static_cast<std::size_t>(size_), value);
  if (size_ > 1) MPI_Allgather(&value, 1, MPI_INT64_T, values.data(), 1, MPI_INT64_T, handle());
  return values;
}

std::vector<std::string> Communicator::gather(const std::string& text) const {
  if (size_ == 1) return {text};
  const auto lengths = gather_all(static_cast<std::int64_t>(text.size()));
  std::vector<int> counts, offsets;
  std::int64_t total = 0;
  for (const auto length : lengths) {
    if (total + length > std::numeric_limits<int>::max())
      throw AgreedError("texts of the ranks are too long to be gathered (2 GiB or more in all)");
    offsets.push_back(static_cast<int>(total));
    counts.push_back(static_cast<int>(length));
    total += length;
  }
  std::string joined(is_root() ? static_cast<std::size_t>(total) : 0, '\0');
  MPI_Gatherv(text.data(), static_cast<int>(text.size()), MPI_CHAR, joined.data(), counts.data(),
              offsets.data(), MPI_CHAR, 0, handle());
  std::vector<std::string> texts;
  if (is_root())
    for (std::size_t rank = 0; rank < counts.size(); ++rank)
      texts.push_back(
          joined.substr(static_cast<std::size_t>(offsets[rank]), static_cast<std::size_t>(counts[rank])));
  return texts;
}

std::vector<std::vector<double>> Communicator::exchange(const std::vector<std::vector<double>>& to) const {
  if (size_ == 1) return to;
  const auto ranks = static_cast<std::size_t>(size_);
  const auto place = [](const std::vector<int>& counts) {
    std::vector<int> offsets{0};
    std::int64_t total = 0;
    for (const int count : counts) offsets.push_back(checked_count(static_cast<std::size_t>(total += count)));
    return offsets;
  };
  std::vector<int> sent, received(ranks);
  for (const auto& values : to) sent.push_back(checked_count(values.size()));
  MPI_Alltoall(sent.data(), 1, MPI_INT, received.data(), 1, MPI_INT, handle());
  const auto from_offsets = place(sent), to_offsets = place(received);
  std::vector<double> out, in(static_cast<std::size_t>(to_offsets.back()));
  out.reserve(static_cast<std::size_t>(from_offsets.back()));
  for (const auto& values : to) out.insert(out.end(), values.begin(), values.end());
  MPI_Alltoallv(out.data(), sent.data(), from_offsets.data(), MPI_DOUBLE, in.data(), received.data(),
                to_offsets.data(), MPI_DOUBLE, handle());
  std::vector<std::vector<double>> result;
  for (std::size_t rank = 0; rank < ranks; ++rank)
    result.emplace_back(in.begin() + to_offsets[rank], in.begin() + to_offsets[rank + 1]);
  return result;
}

void Communicator::barrier() const {
  if (size_ > 1) MPI_Barrier(handle());
}

void agree(const Communicator& communicator, const std::function<void()>& work) {
  std::string message;
  bool failed = true, input = false;
  try {
    work();
    failed = false;
  } catch (const InputError& error) {
    message = error.what();
    input = true;
  } catch (const std::exception& error) {
    message = error.what();
  } catch (...) {
    message = "unknown error";
  }
  // One word says who failed first and how: 2 rank, + 1 if it was no error of the input.
  constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
  const std::int64_t mine = failed ? 2 * std::int64_t{communicator.rank()} + (input ? 0 : 1) : none;
  const std::int64_t first = communicator.min(mine);
  if (first == none) return;
  communicator.broadcast(message, static_cast<int>(first / 2));
  if (first % 2 == 0) throw InputError(message);
  throw AgreedError(message);
}

void agree_on_root(const Communicator& communicator, const std::function<void()>& work) {
  agree(communicator, [&] {
    if (communicator.is_root()) work();
  });
}

}  // namespace sluice::base
