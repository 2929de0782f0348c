namespace Assay.Providers.Relay;

/// <summary>How long, and how much, an upstream may send.</summary>
public sealed record RelayOptions
{
    public TimeSpan ConnectWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Until the head of the answer is there: of an answer that is not streamed, all of the computing.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Between two pieces of the body.</summary>
    public TimeSpan SilenceWithin { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>For the whole answer.</summary>
    public TimeSpan EndWithin { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Of a body: a bundle has room for it, and for the request.</summary>
    public int MaxBytes { get; init; } = 16 << 20;

    /// <summary>Of a body that reports an error.</summary>
    public int MaxErrorBytes { get; init; } = 64 << 10;
}
