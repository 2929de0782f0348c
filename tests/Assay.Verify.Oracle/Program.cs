using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Assay.Verify;
using Assay.Verify.Faults;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Verification;

// What this verifier says, for whoever compares it with another: reads pairs of a bundle and a policy from standard input, each
// part as u32be(length) and its bytes (length 0xFFFFFFFF: there is none), and writes one line of JSON for each pair: the report,
// or {"policy": "malformed"} where the policy is not one, or {"error": "..."}: a bug. With the argument "fault" the bundles are
// fault files.
var faults = args is ["fault"];
using var input = new BufferedStream(Console.OpenStandardInput(), 1 << 16);
using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
while (TryReadPart(input, out var bundle) && TryReadPart(input, out var policy))
{
    output.Write(Judge(bundle!, policy, faults));
    output.WriteByte((byte)'\n');
    output.Flush();
}

static byte[] Judge(byte[] subject, byte[]? policyBytes, bool faults)
{
    Policy? policy;
    try
    {
        policy = policyBytes is null ? null : Policy.Parse(policyBytes);
    }
    catch (MalformedException e)
    {
        return Encoding.UTF8.GetBytes($$"""{"policy": "{{(e is UnsupportedException ? "unsupported" : "malformed")}}"}""");
    }

    try
    {
        if (faults)
            return JudgeFault(subject, policy);
        var report = Verifier.Verify(subject, policy).ToJson();
        // A line feed in JSON can only be white space.
        report.AsSpan().Replace((byte)'\n', (byte)' ');
        return report;
    }
#pragma warning disable CA1031 // An exception of any kind is what the comparison is to find.
    catch (Exception e)
#pragma warning restore CA1031
    {
        return Encoding.UTF8.GetBytes($$"""{"error": "{{e.GetType().Name}}"}""");
    }
}

static byte[] JudgeFault(byte[] subject, Policy? policy)
{
    try
    {
        var fault = Fault.Parse(subject);
        var verdict = policy is null ? null : FaultJudge.Judge(fault, policy.Log);
        return JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["verdict"] = verdict is null ? "no-policy" : verdict.Proved ? "proved" : "not-proved",
            ["kind"] = fault.Kind,
            ["accused"] = verdict?.Accused?.Name,
        });
    }
    catch (MalformedException e)
    {
        return Encoding.UTF8.GetBytes($$"""{"verdict": "{{(e is UnsupportedException ? "unsupported" : "malformed")}}", "kind": null, "accused": null}""");
    }
}

static bool TryReadPart(Stream input, out byte[]? part)
{
    part = null;
    Span<byte> length = stackalloc byte[4];
    if (input.ReadAtLeast(length, 4, throwOnEndOfStream: false) < 4)
        return false;
    var n = BinaryPrimitives.ReadUInt32BigEndian(length);
    if (n == uint.MaxValue)
        return true;
    part = new byte[n];
    input.ReadExactly(part);
    return true;
}
