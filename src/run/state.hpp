// Everything that evolves, declared once by its owner: saved, restored, copied and compared from one
// declaration.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "grid/field.hpp"

namespace sluice::run {

/// The list that a solver or hook fills with what it must find again after a restart. Fields are distributed
/// and are found again on any number of ranks; the rest must hold the same value on every rank of the
/// member's communicator.
class State {
 public:
  struct Item {
    enum class Kind { field, reals, integers, real, integer, text };
    Kind kind;
    std::string name;
    grid::FieldInfo info{};    ///< kind field
    grid::LayoutPtr layout{};  ///< kind field
    double* data = nullptr;    ///< kind field, real
    int components = 1;        ///< kind field
    std::vector<double>* reals = nullptr;
    std::vector<std::int64_t>* integers = nullptr;
    std::int64_t* integer = nullptr;
    std::string* text = nullptr;
  };

  void field(grid::RealField& field);  ///< Saved under the field's name. Halo and padding are not saved.
  void field(grid::ComplexField& field);
  void reals(const std::string& name, std::vector<double>& values);  ///< May change its size.
  void integers(const std::string& name, std::vector<std::int64_t>& values);
  void real(const std::string& name, double& value);
  void integer(const std::string& name, std::int64_t& value);
  void text(const std::string& name, std::string& value);

  /// Runs `declare` with "prefix/" put before the names it declares.
  void within(const std::string& prefix, const std::function<void(State&)>& declare);
  [[nodiscard]] const std::vector<Item>& items() const { return items_; }
  [[nodiscard]] std::size_t local_bytes() const;

 private:
  Item& add(Item::Kind kind, const std::string& name);
  std::string prefix_;
  std::vector<Item> items_;
};

/// A copy of a state in memory (this rank's part), so that a step can be redone.
class StateCopy {
 public:
  void capture(const State& state);
  void restore(const State& state) const;  ///< Same items in the same order as captured.
  [[nodiscard]] bool empty() const { return reals_.empty() && integers_.empty() && texts_.empty(); }

 private:
  std::vector<std::vector<double>> reals_;
  std::vector<std::vector<std::int64_t>> integers_;
  std::vector<std::string> texts_;
};

}  // namespace sluice::run
