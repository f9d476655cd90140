#include "run/state.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace sluice::run {

namespace {

using Kind = State::Item::Kind;

std::size_t field_values(const State::Item& item) {
  return static_cast<std::size_t>(item.layout->allocated_size()) * static_cast<std::size_t>(item.components);
}

}  // namespace

State::Item& State::add(Item::Kind kind, const std::string& name) {
  const std::string whole = prefix_ + name;
  if (name.empty()) throw base::Error("state: an item without a name below '" + prefix_ + "'");
  for (const Item& item : items_)
    if (item.name == whole) throw base::Error("state: '" + whole + "' is declared twice");
  Item& item = items_.emplace_back();
  item.kind = kind;
  item.name = whole;
  return item;
}

void State::field(grid::RealField& field) {
  Item& item = add(Kind::field, field.info().name);
  item.info = field.info();
  item.layout = field.layout_pointer();
  item.data = field.data();
}

void State::field(grid::ComplexField& field) {
  Item& item = add(Kind::field, field.info().name);
  item.info = field.info();
  item.layout = field.layout_pointer();
  item.data = reinterpret_cast<double*>(field.data());
  item.components = 2;
}

void State::reals(const std::string& name, std::vector<double>& values) {
  add(Kind::reals, name).reals = &values;
}

void State::integers(const std::string& name, std::vector<std::int64_t>& values) {
  add(Kind::integers, name).integers = &values;
}

void State::real(const std::string& name, double& value) { add(Kind::real, name).data = &value; }

void State::integer(const std::string& name, std::int64_t& value) {
  add(Kind::integer, name).integer = &value;
}

void State::text(const std::string& name, std::string& value) { add(Kind::text, name).text = &value; }

void State::within(const std::string& prefix, const std::function<void(State&)>& declare) {
  struct Restore {
    std::string& target;
    std::string value;
    ~Restore() { target = std::move(value); }
  } restore{prefix_, prefix_};
  prefix_ += prefix + "/";
  declare(*this);
}

std::size_t State::local_bytes() const {
  std::size_t bytes = 0;
  for (const Item& item : items_) switch (item.kind) {
      case Kind::field:
        bytes += field_values(item) * sizeof(double);
        break;
      case Kind::reals:
        bytes += item.reals->size() * sizeof(double);
        break;
      case Kind::integers:
        bytes += item.integers->size() * sizeof(std::int64_t);
        break;
      case Kind::real:
        bytes += sizeof(double);
        break;
      case Kind::integer:
        bytes += sizeof(std::int64_t);
        break;
      case Kind::text:
        bytes += item.text->size();
        break;
    }
  return bytes;
}

void StateCopy::capture(const State& state) {
  std::size_t reals = 0, integers = 0, texts = 0;
  // Slots of an earlier capture are filled again, so that their memory is kept from step to step.
  const auto slot = [](auto& slots, std::size_t& used) -> auto& {
    if (used == slots.size()) slots.emplace_back();
    return slots[used++];
  };
  for (const State::Item& item : state.items()) switch (item.kind) {
      case Kind::field:
        // Halo and padding too: a step that is redone must find every bit as it was.
        slot(reals_, reals).assign(item.data, item.data + field_values(item));
        break;
      case Kind::reals:
        slot(reals_, reals) = *item.reals;
        break;
      case Kind::integers:
        slot(integers_, integers) = *item.integers;
        break;
      case Kind::real:
        slot(reals_, reals).assign(1, *item.data);
        break;
      case Kind::integer:
        slot(integers_, integers).assign(1, *item.integer);
        break;
      case Kind::text:
        slot(texts_, texts) = *item.text;
        break;
    }
  reals_.resize(reals);
  integers_.resize(integers);
  texts_.resize(texts);
}

void StateCopy::restore(const State& state) const {
  std::size_t reals = 0, integers = 0, texts = 0;
  const auto next = [](const auto& slots, std::size_t& used, const State::Item& item) -> const auto& {
    if (used == slots.size()) throw base::Error("state: '" + item.name + "' was not captured");
    return slots[used++];
  };
  const auto scalar = [&](const auto& values, const State::Item& item) {
    if (values.size() != 1) throw base::Error("state: '" + item.name + "' was captured in another order");
    return values.front();
  };
  for (const State::Item& item : state.items()) switch (item.kind) {
      case Kind::field: {
        const std::vector<double>& values = next(reals_, reals, item);
        if (values.size() != field_values(item))
          throw base::Error("state: field '" + item.name + "' was captured with another size");
        std::copy(values.begin(), values.end(), item.data);
        break;
      }
      case Kind::reals:
        *item.reals = next(reals_, reals, item);
        break;
      case Kind::integers:
        *item.integers = next(integers_, integers, item);
        break;
      case Kind::real:
        *item.data = scalar(next(reals_, reals, item), item);
        break;
      case Kind::integer:
        *item.integer = scalar(next(integers_, integers, item), item);
        break;
      case Kind::text:
        *item.text = next(texts_, texts, item);
        break;
    }
}

}  // namespace sluice::run
