using Assay.Node.Receipts;
using Microsoft.AspNetCore.Http;

namespace Assay.Node.Web;

/// <summary>What a request says besides its body, and the body as its receipt commits to it.</summary>
internal static class RequestTerms
{
    /// <exception cref="NodeException">A header says what it cannot.</exception>
    public static CallerTerms Of(HttpRequest request, byte[] body) => new(
        request.Headers["Assay-Nonce"].FirstOrDefault(),
        Auditable(request.Headers["Assay-Auditable"].FirstOrDefault()),
        new WireInput(request.ContentType is { Length: > 0 and < 256 } type ? type : "application/json", body));

    private static bool Auditable(string? header) => header switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw new NodeException(NodeFault.BadRequest, "the header Assay-Auditable is 'true' or 'false'"),
    };
}
