using Assay.Verify.Tests;

namespace Assay.Reliability.Tests.Accounts;

/// <summary>docs/spec/vectors/audits/accounts.json: whole logs, and the account after each step, for whoever writes another fold.</summary>
public class AccountVectorTests
{
    /// <summary>With <c>ASSAY_WRITE_VECTORS=1</c> the file is written anew, for its changes to be read before they are committed.</summary>
    [Fact]
    public void The_committed_histories_are_those_that_the_generator_makes()
    {
        var made = HistoryJson.Write(Histories.Named());
        var path = Documents.Find("docs/spec/vectors/audits/accounts.json");
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE_VECTORS") == "1")
            File.WriteAllText(path, made);
        Assert.Equal(made, File.ReadAllText(path));
    }
}
