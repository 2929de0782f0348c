using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Cli.Commands;

/// <summary>What a receipt shows of its output, as bytes.</summary>
internal static class ShownOutput
{
    /// <summary>The bytes that were shown and found right: all of the output, or the pieces of a span one after another.</summary>
    /// <exception cref="UsageException">The receipt shows nothing of its output, or what it shows is not to be believed.</exception>
    public static byte[] Of(byte[] receipt, Report report)
    {
        var output = report[Axis.Output];
        if (report.Facts is null || report.Checks.Any(c => c.Status == AxisStatus.Refuted && c.Axis != Axis.Execution) || output.Status == AxisStatus.NotChecked)
            throw new UsageException($"--show: there is no output to show ({output.Detail})");
        var shown = Bundle.Parse(receipt).Disclosures;
        return shown.Output is { } whole ? whole.Bytes.ToArray() : [.. shown.Span!.Pieces.SelectMany(p => p.Bytes.ToArray())];
    }

    /// <summary>For people: the text of tokens, what came from an upstream as it came, the first bytes of tensors.</summary>
    public static string Text(byte[] receipt, byte[] bytes)
    {
        var kind = Receipt.Parse(Bundle.Parse(receipt).Envelope.Payload.Span).Output.Kind;
        if (kind == OutputKind.Tensors)
            return $"{bytes.Length} bytes: {Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(bytes.Length, 64)))}{(bytes.Length > 64 ? "…" : "")}";
        var text = kind == OutputKind.Relayed ? bytes
            : OutputCommitment.Pieces(OutputKind.Tokens, bytes).SelectMany(range => OutputToken.Parse(bytes.AsSpan(range)).Text.ToArray()).ToArray();
        return string.Concat(System.Text.Encoding.UTF8.GetString(text).Select(c => char.IsControl(c) && c != '\n' ? '?' : c));
    }
}
