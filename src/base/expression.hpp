// Formulas that users write in case files: parsed and checked once at start-up, evaluated for many points.
// The parser (muParser) stays inside expression.cpp.
#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/parameters.hpp"

namespace sluice::base {

/// A formula of named variables. Operators + - * / ^, comparisons, &&, ||, `condition ? a : b`; functions sin
/// cos tan asin acos atan atan2 sinh cosh tanh sech exp log (natural) log10 sqrt abs sign rint min max;
/// constants pi and e.
class Expression {
 public:
  /// InputError that says what is wrong at which column, and which names are allowed.
  Expression(const std::string& text, const std::vector<std::string>& variables);
  ~Expression();
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;

  /// `values` in the order of the variables. Not for several threads at once.
  [[nodiscard]] double operator()(std::span<const double> values) const;
  /// Whether the formula contains the variable: what does not change need not be evaluated again.
  [[nodiscard]] bool uses(const std::string& variable) const;
  [[nodiscard]] const std::string& text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Refuses the parameter at `path` if its text is no formula of these variables (line of the file, column of
/// the text).
void check_expression(const Parameters& parameters, const std::string& path, const std::string& text,
                      const std::vector<std::string>& variables);

}  // namespace sluice::base
