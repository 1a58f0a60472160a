"""The console in a browser: opens pages, follows links and presses buttons by their visible names."""

import json
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from playwright.sync_api import Locator, Page

MANAGEMENT, STANDALONE = "111122223333", "999988887777"


@dataclass(frozen=True)
class Console:
    """The console of one world."""

    server: str
    world: str
    page: Page

    @property
    def endpoint(self) -> str:
        """The endpoint URL of the world."""
        return f"{self.server}/worlds/{self.world}"

    def open(self, path: str = "/") -> None:
        """Open a page of the console."""
        self.page.goto(f"{self.endpoint}/console{path}")

    def sign_in(self, account: str) -> None:
        """Sign in as the root user of an account."""
        self.open("/sign-in")
        form = self.page.locator("form").filter(has=self.page.get_by_role("heading", name="Root user"))
        form.get_by_label("Account ID").fill(account)
        form.get_by_role("button", name="Sign in").click()
        self.page.get_by_text(f"Root user in {account}").wait_for()

    def sign_in_user(self, account: str, user: str, *actions: str) -> None:
        """Create an IAM user with permission for some actions, and sign in as that user."""
        iam, password = self.client("iam", account), "Secret-123"
        iam.create_user(UserName=user)
        iam.create_login_profile(UserName=user, Password=password)
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.put_user_policy(UserName=user, PolicyName="some", PolicyDocument=policy)
        self.open("/sign-in")
        form = self.page.locator("form").filter(has=self.page.get_by_role("heading", name="IAM user"))
        form.get_by_label("Account ID").fill(account)
        form.get_by_label("IAM user name").fill(user)
        form.get_by_label("Password").fill(password)
        form.get_by_role("button", name="Sign in as IAM user").click()
        self.page.get_by_text(user).first.wait_for()

    def follow(self, name: str) -> None:
        """Follow a link."""
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).click()

    @property
    def messages(self) -> str:
        """The success and error messages of the page."""
        messages: Locator = self.page.locator("[role=alert], [role=status]")
        messages.first.wait_for()
        return "\n".join(messages.all_inner_texts())

    def client(self, service: str, access_key_id: str = MANAGEMENT, secret: str = "x") -> Any:
        """Return a boto3 client for the world, by default of the management account's root user."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret,
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def create_organization(self) -> str:
        """Create an organization with one member account; return the id of the member."""
        organizations = self.client("organizations")
        organizations.create_organization()
        request = organizations.create_account(AccountName="Member", Email="member@example.com")["CreateAccountStatus"]
        reply = organizations.describe_create_account_status(CreateAccountRequestId=request["Id"])
        member: str = reply["CreateAccountStatus"]["AccountId"]
        return member

    def trusted_principals(self) -> list[str]:
        """Return the service principals with trusted access."""
        reply = self.client("organizations").list_aws_service_access_for_organization()
        return [principal["ServicePrincipal"] for principal in reply["EnabledServicePrincipals"]]
