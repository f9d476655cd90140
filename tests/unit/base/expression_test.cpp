#include "base/expression.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "base/error.hpp"

namespace {

using namespace sluice::base;

TEST(Expression, GivesTheValueOfTheFormula) {
  const Expression f("2*x^2 - exp(-t) + sech(x) + log(e) + (x > 1 ? pi : 0)", {"x", "t"});
  EXPECT_DOUBLE_EQ(f(std::array{0.5, 2.0}), 0.5 - std::exp(-2.0) + 1 / std::cosh(0.5) + 1);
  EXPECT_DOUBLE_EQ(f(std::array{2.0, 0.0}), 8 - 1 + 1 / std::cosh(2.0) + 1 + M_PI);
  EXPECT_TRUE(f.uses("t"));
}

TEST(Expression, KnowsWhatItDependsOn) {
  const Expression f("cos(y)", {"x", "y", "t"});
  EXPECT_TRUE(f.uses("y"));
  EXPECT_FALSE(f.uses("t"));
}

void expect_refused(const std::string& text, const std::string& part) {
  try {
    const Expression f(text, {"x", "t"});
    FAIL() << "not refused: " << text;
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Expression, RefusesWithThePosition) {
  expect_refused("1 + y", "column 5 of '1 + y': unknown symbol 'y'; variables are x, t");
  expect_refused("sin(x", "column 6");
  expect_refused("x = 3", "column 3");
  expect_refused("1, 2", "column 2");
  expect_refused("", "column 1");
  expect_refused("2 * * x", "column 5");
}

TEST(Expression, NamesTheParameterAndItsLine) {
  std::string text;
  Parameters parameters;
  parameters.text("V", text, {.help = "potential"});
  parameters.read(parse_yaml("# case\nV: x + nonsense\n", "case.yaml"));
  try {
    check_expression(parameters, "V", text, {"x"});
    FAIL();
  } catch (const InputError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("case.yaml:2"), std::string::npos) << message;
    EXPECT_NE(message.find("column 5"), std::string::npos) << message;
  }
}

}  // namespace
