#include "base/expression.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <muParser.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.hpp"

namespace sluice::base {
namespace {

[[noreturn]] void refuse_text(const std::string& text, std::size_t position, const std::string& what) {
  throw InputError(fmt::format("column {} of '{}': {}", position + 1, text, what));
}

/// muParser lets a formula assign to its variables; here they are given.
void refuse_assignment(const std::string& text) {
  const std::string beside = "=<>!";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') continue;
    const bool part_of_comparison = (i > 0 && beside.find(text[i - 1]) != std::string::npos) ||
                                    (i + 1 < text.size() && text[i + 1] == '=');
    if (!part_of_comparison) refuse_text(text, i, "'=' assigns; '==' compares");
  }
}

double sech(double x) { return 1 / std::cosh(x); }

}  // namespace

struct Expression::Impl {
  std::string text;
  std::vector<std::string> names;
  mutable std::vector<double> values;
  mu::Parser parser;
  std::vector<std::string> used;
};

Expression::Expression(const std::string& text, const std::vector<std::string>& variables)
    : impl_(std::make_unique<Impl>()) {
  Impl& impl = *impl_;
  impl.text = text;
  impl.names = variables;
  impl.values.assign(variables.size(), 0.5);
  refuse_assignment(text);
  try {
    for (std::size_t i = 0; i < variables.size(); ++i) impl.parser.DefineVar(variables[i], &impl.values[i]);
    impl.parser.DefineConst("pi", std::numbers::pi);
    impl.parser.DefineConst("e", std::numbers::e);
    impl.parser.DefineFun("sech", sech);
    impl.parser.SetExpr(text);
    (void)impl.parser.Eval();
    if (impl.parser.GetNumResults() != 1)
      refuse_text(text, text.find(','), "one formula is allowed, not a list");
    for (const auto& [name, place] : impl.parser.GetUsedVar()) impl.used.push_back(name);
  } catch (const mu::ParserError& error) {
    const auto position =
        std::min<std::size_t>(static_cast<std::size_t>(std::max(0, error.GetPos())), text.size());
    if (error.GetCode() == mu::ecUNASSIGNABLE_TOKEN)
      refuse_text(
          text, position,
          fmt::format("unknown symbol '{}'; variables are {}", error.GetToken(), fmt::join(variables, ", ")));
    refuse_text(text, position, error.GetMsg());
  }
}

Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;

double Expression::operator()(std::span<const double> values) const {
  std::copy_n(values.begin(), impl_->values.size(), impl_->values.begin());
  return impl_->parser.Eval();
}

bool Expression::uses(const std::string& variable) const {
  return std::find(impl_->used.begin(), impl_->used.end(), variable) != impl_->used.end();
}

const std::string& Expression::text() const { return impl_->text; }

void check_expression(const Parameters& parameters, const std::string& path, const std::string& text,
                      const std::vector<std::string>& variables) {
  try {
    const Expression checked(text, variables);
  } catch (const InputError& error) {
    refuse(parameters, path, error.what());
  }
}

}  // namespace sluice::base
