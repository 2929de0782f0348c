using System.Buffers;
using System.Globalization;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Statements;

/// <summary>How an endpoint was judged whose log, if it has one, does not say what it answered.</summary>
public enum ObservationOracle
{
    /// <summary>Log-probabilities against open weights.</summary>
    Likelihood,

    /// <summary>Against the endpoint's own earlier answers.</summary>
    Drift,

    /// <summary>Against known answers.</summary>
    Graded,

    /// <summary>By the clock.</summary>
    Service,
}

/// <summary>What an auditor saw of an endpoint: testimony, not proof (docs/spec/audits.md section 6). In the auditor's log, by its log key.</summary>
/// <param name="Origin">The auditor's log, which this is an entry of.</param>
/// <param name="Service">The service's name.</param>
/// <param name="Address">Where it was asked, and for which model: <see cref="AddressOf"/>.</param>
/// <param name="Task">Digest of the set of tasks.</param>
/// <param name="From">By the auditor's clock; not after <paramref name="To"/>.</param>
/// <param name="Letters">One of <c>p</c> (pass), <c>f</c> (fail), <c>n</c> (no answer) for each; 1 to 30,000. Null of likelihood.</param>
/// <param name="LogE">Of likelihood: the batch's e-value as a natural logarithm in millionths, rounded down; within ±2^53.</param>
public sealed record ObservationsEvent(
    string Origin, string Service, Hash Address, ObservationOracle Oracle, Hash Task, DateTimeOffset From, DateTimeOffset To, string? Letters,
    long? LogE) : LogEvent
{
    public const string PredicateType = "urn:assay:observations:v1";

    private static readonly SearchValues<char> Known = SearchValues.Create("pfn");

    public override bool SignedByLogKey => true;

    /// <summary>What stands for an endpoint and the model that it was asked for.</summary>
    /// <param name="address">What the API's paths are appended to, without a slash at its end: <c>https://host/v1</c>.</param>
    /// <param name="model">As requests name it.</param>
    public static Hash AddressOf(string address, string model)
    {
        var sha = Sha256.Start();
        sha.Add("assay/observed-address/v1\n"u8);
        sha.Add(address);
        sha.Add(model);
        return sha.Finish();
    }

    /// <exception cref="MalformedException">No observations, or they contradict themselves.</exception>
    public static new ObservationsEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        var oracle = json["oracle"].Text() switch
        {
            "likelihood" => ObservationOracle.Likelihood,
            "drift" => ObservationOracle.Drift,
            "graded" => ObservationOracle.Graded,
            "service" => ObservationOracle.Service,
            var other => throw new UnsupportedException($"predicate.oracle: \"{StrictJson.Shown(other)}\" is unknown to this version"),
        };
        var isLikelihood = oracle == ObservationOracle.Likelihood;
        var seen = new ObservationsEvent(
            json["origin"].Label(), json["service"].Label(), json["address"].HexHash(), oracle, json["task"].HexHash(), Instant.Read(json["from"]),
            Instant.Read(json["to"]), isLikelihood ? null : ReadLetters(json["letters"]), isLikelihood ? ReadLogE(json["logE"]) : null);
        if (seen.From > seen.To)
            throw json["to"].Wrong("a time that is not before from");
        statement.MustHaveSubject(seen.Service, seen.Task);
        return seen;
    }

    public override byte[] ToBytes() => Statement.Write(Service, Sha256Name, Task, PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteString("service", Service);
        json.WriteString("address", Address.ToHex());
        json.WriteString("oracle", Oracle.ToString().ToLowerInvariant());
        json.WriteString("task", Task.ToHex());
        json.WriteString("from", Instant.Write(From));
        json.WriteString("to", Instant.Write(To));
        if (Letters is not null)
            json.WriteString("letters", Letters);
        if (LogE is { } e)
            json.WriteString("logE", e.ToString(CultureInfo.InvariantCulture));
    });

    private static string ReadLetters(JsonAt json) =>
        json.Text(VerdictLetters.Most) is { Length: > 0 } letters && !letters.AsSpan().ContainsAnyExcept(Known)
            ? letters
            : throw json.Wrong($"1 to {VerdictLetters.Most} of the letters pfn");

    // A string, since numbers of statements have no sign; in its one spelling.
    private static long ReadLogE(JsonAt json) =>
        json.Text(20) is var text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var e)
            && Int128.Abs(e) <= StrictJson.MaxInteger && e.ToString(CultureInfo.InvariantCulture) == text
            ? e
            : throw json.Wrong("a decimal integer within 2^53, as a string");
}
