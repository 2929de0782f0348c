using Assay.Engine.Conformance;
using Assay.Engine.Tests.Conformance;

namespace Assay.Engine.Tests.Execution;

/// <summary>ONNX's own tests of its operators, read packed from the shared data.</summary>
public sealed class OnnxBackendTests
{
    /// <summary>
    /// Tests whose expected outputs hold the rounding noise of whoever generated them where the exact result is zero: an inverse transform
    /// of a real signal, with imaginary parts of up to 2e-7 expected. They count as failed.
    /// </summary>
    private static readonly HashSet<string> Noise = new(StringComparer.Ordinal) { "node/test_dft_inverse", "node/test_dft_inverse_opset19" };

    /// <summary>Tests that pass today, by folder. A change that loses one fails here; one that gains some raises the number.</summary>
    [Theory]
    [InlineData("node", 1317)]
    [InlineData("simple", 21)]
    [InlineData("pytorch-converted", 82)]
    [InlineData("pytorch-operator", 35)]
    [InlineData("light", 9)]
    public void Backend_tests_pass_or_are_refused_with_a_reason(string folder, int passing)
    {
        var output = TestContext.Current.TestOutputHelper;
        var report = new SuiteReport([.. Suite.Report.Results.Where(r => r.Test.Folder == folder)]);
        foreach (var failure in report.Failures)
            output?.WriteLine($"wrong: {failure.Test.FullName}: {failure.Reason}");
        foreach (var refused in report.ByOperator)
            foreach (var reason in refused.Reasons)
                output?.WriteLine($"{refused.Tests,5}  {refused.Operator}: {reason}");
        output?.WriteLine($"{folder}: {report.Counts.Passed} passed, {report.Counts.Unsupported} refused, {report.Counts.Failed} wrong");
        Assert.Empty(report.Failures.Where(f => !Noise.Contains(f.Test.FullName)).Select(f => $"{f.Test.FullName}: {f.Reason}"));
        Assert.True(report.Counts.Passed >= passing, $"{report.Counts.Passed} pass where {passing} did");
    }
}
