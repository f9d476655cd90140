// MPI session, communicators, deterministic reductions, agreement on errors.
#pragma once
#include <mpi.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sluice::base {

/// MPI from start to finish; one in `main` (and in each test's main), outlives every other object.
class MpiSession {
 public:
  MpiSession(int& argc, char**& argv);
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;
};

/// A group of ranks. A cheap handle: copies share the MPI communicator, which is freed with the last one
/// (many layouts and fields refer to one communicator). All reductions give the same bits for the same rank
/// count, every time: partial values are gathered and combined in rank order with compensated summation.
class Communicator {
 public:
  static Communicator world();               ///< Duplicate of MPI_COMM_WORLD. Collective at the first call.
  static Communicator self();                ///< This rank alone.
  explicit Communicator(MPI_Comm borrowed);  ///< Uses `borrowed` without owning it.

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] bool is_root() const { return rank_ == 0; }
  [[nodiscard]] MPI_Comm handle() const;

  /// New communicator of the ranks that gave the same `color` (not negative), ordered by `key`. Collective.
  [[nodiscard]] Communicator split(int color, int key) const;
  /// New communicator of the same ranks, so that a library's messages stay apart. Collective.
  [[nodiscard]] Communicator duplicate() const;

  // All collective.
  [[nodiscard]] double sum(double value) const;
  void sum(std::span<double> values) const;  ///< Elementwise over ranks, result on every rank.
  [[nodiscard]] std::int64_t sum(std::int64_t value) const;
  [[nodiscard]] std::uint64_t sum_modular(std::uint64_t value) const;  ///< Modulo 2^64 (checksums).
  [[nodiscard]] double min(double value) const;
  [[nodiscard]] double max(double value) const;  ///< NaN on any rank gives NaN (min alike).
  void min(std::span<double> values) const;
  void max(std::span<double> values) const;
  [[nodiscard]] std::int64_t max(std::int64_t value) const;
  [[nodiscard]] std::int64_t min(std::int64_t value) const;
  [[nodiscard]] bool any(bool value) const;
  [[nodiscard]] bool all(bool value) const;
  [[nodiscard]] std::uint32_t bitwise_or(std::uint32_t value) const;
  void broadcast(std::string& text, int root = 0) const;
  void broadcast(std::span<double> values, int root = 0) const;
  [[nodiscard]] std::int64_t broadcast(std::int64_t value, int root = 0) const;
  [[nodiscard]] std::vector<double> gather_all(
      double value) const;  ///< One value of each rank, in rank order.
  [[nodiscard]] std::vector<std::int64_t> gather_all(std::int64_t value) const;
  [[nodiscard]] std::vector<std::string> gather(
      const std::string& text) const;  ///< On rank 0; empty elsewhere.
  /// `to[rank]` goes to each rank; what each rank sent here comes back, by rank. Collective.
  [[nodiscard]] std::vector<std::vector<double>> exchange(const std::vector<std::vector<double>>& to) const;
  void barrier() const;

 private:
  struct Handle;
  Communicator(std::shared_ptr<const Handle> handle);
  std::shared_ptr<const Handle> handle_;
  int rank_ = 0;
  int size_ = 1;
};

/// Sum of doubles with a compensated accumulator (A. Neumaier, Z. Angew. Math. Mech. 54 (1974) 39, algorithm
/// IV): what a rank adds up before `Communicator::sum`. Infinities and NaN come through as in a plain sum.
class CompensatedSum {
 public:
  void add(double value) {
    const double total = sum_ + value;
    correction_ += std::abs(sum_) >= std::abs(value) ? (sum_ - total) + value : (value - total) + sum_;
    sum_ = total;
  }
  [[nodiscard]] double value() const { return std::isfinite(sum_) ? sum_ + correction_ : sum_; }

 private:
  double sum_ = 0.0, correction_ = 0.0;
};

/// Runs `work` on this rank and makes its failure everybody's: if it throws on any rank, every rank throws
/// AgreedError with the message of the lowest failing rank (InputError if that rank threw one). Other types
/// of errors come out as AgreedError, alike on every rank. `work` must not communicate. Collective.
void agree(const Communicator& communicator, const std::function<void()>& work);

/// Runs `work` on rank 0 only, with the same agreement. Collective.
void agree_on_root(const Communicator& communicator, const std::function<void()>& work);

}  // namespace sluice::base
